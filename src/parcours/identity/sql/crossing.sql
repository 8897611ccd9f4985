-- model:  crossing
-- grain:  one row: the journeys of identifiers alone; and one row: those of people
-- unit:   journeys and signals are counts; crossing are journeys that met more than one channel, and the signals in them
-- reads:  stay
-- source: docs/explanation/accuracy-of-identity.md

with journey as (
    select is_resolved, unit, journey, sum(signals) as signals, count(*) as channels
    from stay
    group by is_resolved, unit, journey
)

select is_resolved, count(*) as journeys, count(*) filter (where channels > 1) as journeys_crossing,
       as_bigint(sum(signals)) as signals,
       as_bigint(coalesce(sum(signals) filter (where channels > 1), 0)) as signals_crossing
from journey
group by is_resolved
order by is_resolved
