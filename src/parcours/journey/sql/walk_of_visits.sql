-- model:  walk_of_visits
-- grain:  one row per signal of somebody known; a journey ends where nothing follows for longer than quiet_us
-- unit:   at_us, quiet_us in microseconds; node is a code of a type; journey is the signal that begins it
-- reads:  seen
-- source: docs/adr/0011-what-belongs-to-a-journey.md

with lived as (
    select signal_id, type_id, occurred_at, ordinal, person_id,
           coalesce(occurred_at - lag(occurred_at) over w > :quiet_us, true) as begins
    from seen
    where person_id is not null
    window w as (partition by person_id order by occurred_at, ordinal)
)

select last_value(case when begins then signal_id end ignore nulls) over (
           partition by person_id order by occurred_at, ordinal
           rows between unbounded preceding and current row
       ) as journey,
       type_id as node, occurred_at as at_us, ordinal, person_id as person, signal_id
from lived
