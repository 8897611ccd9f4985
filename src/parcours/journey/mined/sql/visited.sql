-- model:  visited
-- grain:  one row per node
-- unit:   visits in rows of the walk; journeys in journeys
-- reads:  move
-- source: docs/explanation/lived-journeys.md

select node, count(*) as visits, count(distinct journey) as journeys
from move
group by node
order by node
