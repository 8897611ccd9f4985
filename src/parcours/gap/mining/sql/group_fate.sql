-- model:  group_fate
-- grain:  one row per typical path, of all journeys it stands for
-- unit:   let_down in journeys on which a promise was broken; scores in journeys with a score; score in points
-- reads:  path_group, journey, let_down_journey
-- source: docs/explanation/lived-journeys.md

select g.typical,
       count(d.journey_id) as let_down,
       count(*) filter (where j.score_count > 0) as scores,
       sum(j.score_sum) / nullif(sum(j.score_count), 0) as score
from path_group as g
join journey as j on j.map_id = :map_id and j.journey_id = g.journey
left join let_down_journey as d on d.journey_id = g.journey
group by g.typical
order by g.typical
