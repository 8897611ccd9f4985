-- model:  edge
-- grain:  one row per (source, target); a null source is the start of journeys, a null target their end
-- unit:   count in transitions, people in distinct people known; waits in seconds, null at start and end
-- reads:  transition
-- source: docs/reference/commands.md

-- Transitions are read once for counts and waits, and for people only where somebody is known.
with pair as (
    select source, target,
           count(*)                              as count,
           count(*) filter (where is_first)      as starts,
           exact_quantiles(wait_us, [0.5, 0.95]) as waits_us
    from transition
    group by source, target
),
walked as (
    select source, target, count, waits_us
    from pair
    union all
    select null, source, as_bigint(sum(starts)), null
    from pair
    group by source
    having sum(starts) > 0
),
-- Distinct first, counted then: unlike count(distinct), this spills to disk where people are many.
walker as (
    select distinct source, target, person
    from transition
    where :anybody and person is not null
),
starter as (
    select distinct source, person
    from transition
    where :anybody and person is not null and is_first
),
known as (
    select source, target, count(*) as people
    from walker
    group by source, target
    union all
    select null, source, count(*)
    from starter
    group by source
)

select w.source, w.target, w.count,
       coalesce(k.people, 0)   as people,
       w.waits_us[1] / 1000000 as wait_median_s,
       w.waits_us[2] / 1000000 as wait_p95_s
from walked as w
left join known as k on k.source is not distinct from w.source and k.target is not distinct from w.target
order by w.count desc, w.source nulls first, w.target nulls first
