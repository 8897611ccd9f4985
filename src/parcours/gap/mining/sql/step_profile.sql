-- model:  step_profile
-- grain:  one row per step of a map that was lived, and per type of signals that was lived on none
-- unit:   journeys, closed in journeys; last_at in microseconds UTC
-- reads:  journey_step, journey
-- source: docs/explanation/lived-journeys.md

select s.step_id, case when s.step_id is null then s.type_id end as type_id,
       count(distinct s.journey_id) as journeys,
       count(distinct case when j.closed_at is not null then s.journey_id end) as closed,
       max(s.occurred_at) as last_at
from journey_step as s
join journey as j on j.map_id = s.map_id and j.journey_id = s.journey_id
where s.map_id = :map_id
group by 1, 2
order by 1 nulls last, 2
