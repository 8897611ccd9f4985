-- model:  walked_verdict
-- grain:  one row per verdict of one journey of a map, in the order the promises were made
-- unit:   trigger_at, deadline_at, target_at in microseconds UTC
-- reads:  verdict
-- source: docs/explanation/lived-journeys.md

select promise_id, trigger_id, trigger_at, deadline_at, target_id, target_at, verdict
from verdict
where map_id = :map_id and journey_id = :journey_id
order by trigger_at, promise_id, trigger_id
