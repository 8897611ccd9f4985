-- model:  walk_of_stages
-- grain:  one row per journey of a map and time it comes into a stage from another
-- unit:   at_us in microseconds UTC; node is the number of a stage
-- reads:  step_walk, step_stage
-- source: docs/explanation/lived-journeys.md

with staged as (
    select w.journey, s.stage, w.at_us, w.ordinal, w.person, w.signal_id,
           lag(s.stage) over (partition by w.journey order by w.at_us, w.ordinal) as before
    from step_walk as w
    join step_stage as s on s.step = w.node
)

select journey, stage as node, at_us, ordinal, person, signal_id
from staged
where before is null or before <> stage
