-- model:  lived_touchpoint
-- grain:  one row per map and touchpoint that its journeys went through and its steps do not expect there
-- unit:   signals in signals; journeys in journeys
-- reads:  journey_step, step_touchpoint, term
-- source: docs/explanation/listening.md

-- A step that names no touchpoint expects any.
select s.map_id, t.text as touchpoint, count(*) as signals, count(distinct s.journey_id) as journeys
from journey_step as s
join term as t on t.kind = 'touchpoint' and t.code = s.touchpoint_id
left join (select distinct step_id from step_touchpoint) as n on n.step_id = s.step_id
left join step_touchpoint as d on d.step_id = s.step_id and d.touchpoint = t.text
where s.step_id is null or (n.step_id is not null and d.step_id is null)
group by s.map_id, t.text
order by s.map_id, journeys desc, touchpoint
