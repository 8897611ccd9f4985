-- model:  unsettled_unit
-- grain:  one row per reason to look again at what a map already says of a unit
-- unit:   instants in microseconds UTC; quiet_us in microseconds, null: the map's journeys do not close by quiet
-- reads:  map_journey, map_verdict, touched_person, promise_coverage, deaf_change
-- source: docs/explanation/verdicts-and-intervals.md

select unit_id
from map_journey
where person_id in (select person_id from touched_person)
   or (closed_at is null and (:closes_at_named_instant or ended_at + :quiet_us <= :as_of))
union all
select j.unit_id
from map_verdict as v
join map_journey as j on j.journey_id = v.journey_id
left join promise_coverage as c on c.promise_id = v.promise_id
where (v.verdict = 'pending' and v.deadline_at <= :as_of)
   or (v.original_verdict = 'pending' and v.original_deadline_at <= :as_of)
   or (v.verdict = 'unobservable'
       and v.trigger_at >= c.since and greatest(v.deadline_at, v.trigger_at) <= c.until
       and (v.trigger_at >= c.since_before and greatest(v.deadline_at, v.trigger_at) <= c.until_before) is not true)
   or (v.verdict = 'unobservable'
       and v.from_at >= c.since and v.deadline_at <= c.until
       and (v.from_at >= c.since_before and v.deadline_at <= c.until_before) is not true)
   or (v.original_verdict = 'unobservable'
       and v.trigger_at >= c.since and greatest(v.original_deadline_at, v.trigger_at) <= c.until
       and (v.trigger_at >= c.since_before and greatest(v.original_deadline_at, v.trigger_at) <= c.until_before) is not true)
union all
select j.unit_id
from map_verdict as v
join map_journey as j on j.journey_id = v.journey_id
join deaf_change as d on d.promise_id = v.promise_id
where least(v.trigger_at, v.from_at) < d.until
  and greatest(v.trigger_at, v.deadline_at, v.original_deadline_at) > d.since
