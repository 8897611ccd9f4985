-- model:  story_candidate
-- grain:  one row: the broken promise to somebody known with the most telling story; none where nobody is known
-- unit:   trigger_at, deadline_at in microseconds UTC; sources, signals, lowest score of its journey from the trigger to :window after the deadline; earlier, later in signals of the person and the trigger's type
-- reads:  let_down, journey_step, seen
-- source: docs/explanation/what-is-at-stake.md

-- Told are stories that many systems saw a piece of, of customers who had come before, spoke, and did not come back.
with window_of as (
    select person_id, journey_id, trigger_at, deadline_at, trigger_id, target_id,
           greatest(trigger_at, coalesce(deadline_at, trigger_at)) + :window as until_us
    from let_down
    where person_id is not null
),
lived as (
    select l.person_id, l.journey_id, l.trigger_at, l.deadline_at, l.trigger_id, l.target_id,
           count(distinct s.source_id)               as sources,
           count(*)                                  as signals,
           min(property_number(s.properties, 'score')) as score
    from window_of as l
    join journey_step as j on j.map_id = :map_id and j.journey_id = l.journey_id
    join seen as s on s.signal_id = j.signal_id and s.occurred_at >= l.trigger_at and s.occurred_at < l.until_us
    group by l.person_id, l.journey_id, l.trigger_at, l.deadline_at, l.trigger_id, l.target_id
),
back as (
    select l.person_id, l.trigger_id,
           count(*) filter (where s.occurred_at > l.trigger_at) as later,
           count(*) filter (where s.occurred_at < l.trigger_at) as earlier
    from (select distinct person_id, trigger_id, trigger_at from window_of) as l
    join seen as t on t.signal_id = l.trigger_id
    join seen as s on s.person_id = l.person_id and s.type_id = t.type_id
    group by l.person_id, l.trigger_id
)

select person_id, journey_id, trigger_id, trigger_at, deadline_at, target_id, sources, signals, score,
       coalesce(earlier, 0) as earlier, coalesce(later, 0) as later
from lived
left join back using (person_id, trigger_id)
order by sources desc, (coalesce(later, 0) = 0 and trigger_at + 2 * :window < :seen_until) desc, (coalesce(earlier, 0) > 0) desc, score nulls last, signals desc,
         trigger_at desc, person_id, trigger_id, journey_id
limit 1
