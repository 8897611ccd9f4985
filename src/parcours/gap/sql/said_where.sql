-- model:  said_where
-- grain:  one row per signal with a score in a journey of a map
-- unit:   score in the unit it was given in; occurred_at in microseconds UTC
-- reads:  journey_step, signal, verdict, recorded_promise, term
-- source: docs/explanation/what-is-at-stake.md

-- Let down is who had a promise broken that systems record: a low score is itself what breaks a promise of content customers.
with let_down as (
    select distinct journey_id
    from verdict
    join recorded_promise using (promise_id)
    where map_id = :map_id and verdict = 'broken' and is_recorded
)

select s.signal_id, s.occurred_at, ch.text as channel,
       property_number(g.properties, 'score') as score,
       d.journey_id is not null as is_let_down
from journey_step as s
join signal as g using (signal_id)
left join let_down as d using (journey_id)
left join term as ch on ch.kind = 'channel' and ch.code = s.channel_id
where s.map_id = :map_id and property_number(g.properties, 'score') is not null
order by s.occurred_at, s.signal_id
