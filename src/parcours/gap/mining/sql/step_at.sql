-- model:  step_at
-- grain:  one row per step of a map, or type that is on none, and touchpoint it was lived at
-- unit:   journeys in journeys
-- reads:  journey_step, term
-- source: docs/explanation/lived-journeys.md

select s.step_id, case when s.step_id is null then s.type_id end as type_id, t.text as touchpoint,
       count(distinct s.journey_id) as journeys
from journey_step as s
join term as t on t.kind = 'touchpoint' and t.code = s.touchpoint_id
where s.map_id = :map_id
group by 1, 2, 3
order by 1 nulls last, 2, journeys desc, touchpoint
