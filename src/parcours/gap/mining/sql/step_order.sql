-- model:  step_order
-- grain:  one row per ordered pair of different steps of a map that some journey has both of
-- unit:   journeys in journeys that have both; other_first in those whose first visit of other is earlier than their first of step
-- reads:  journey_step
-- source: docs/explanation/lived-journeys.md

with visit as (
    select journey_id, step_id, min(occurred_at) as first_at
    from journey_step
    where map_id = :map_id and step_id is not null
    group by journey_id, step_id
)

select a.step_id, b.step_id as other_id, count(*) as journeys,
       count(*) filter (where b.first_at < a.first_at) as other_first
from visit as a
join visit as b on b.journey_id = a.journey_id and b.step_id <> a.step_id
group by a.step_id, b.step_id
order by a.step_id, b.step_id
