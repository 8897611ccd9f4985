-- model:  lived_place
-- grain:  one row per node, lane and step before it
-- unit:   people in people (journeys of nobody known count as one); let_down of those; after_step null: nothing before
-- reads:  stop
-- source: docs/explanation/picture-of-a-map.md

select node, lane, null as after_step, true as is_total,
       count(distinct person) as people, count(distinct person) filter (where is_let_down) as let_down
from stop
group by node, lane
union all
select node, lane, after_step, false as is_total, count(*) as people, 0 as let_down
from stop
where node < 0
group by node, lane, after_step
order by node, lane, is_total desc, people desc, after_step
