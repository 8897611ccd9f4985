-- model:  driver_step
-- grain:  one row per journey of a map and step that it reached; of many journeys, a sample
-- unit:   first_at in microseconds UTC, first time
-- reads:  journey_step
-- source: docs/explanation/what-drives-it.md

select journey_id, step_id, min(occurred_at) as first_at
from journey_step
where map_id = :map_id and step_id is not null and (journey_id & :mask) = 0
group by journey_id, step_id
order by journey_id, step_id
