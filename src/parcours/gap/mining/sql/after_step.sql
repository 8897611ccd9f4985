-- model:  after_step
-- grain:  one row per type of signals that is on no step of a map, and the step before it; null: no step was before
-- unit:   signals in signals
-- reads:  journey_step
-- source: docs/explanation/lived-journeys.md

with placed as (
    select type_id, step_id,
           last_value(step_id ignore nulls) over (
               partition by journey_id order by occurred_at, ordinal rows between unbounded preceding and 1 preceding) as before_id
    from journey_step
    where map_id = :map_id
)

select type_id, before_id, count(*) as signals
from placed
where step_id is null
group by type_id, before_id
order by type_id, signals desc, before_id nulls last
