-- model:  visited_node
-- grain:  one row per (journey, node) of a walk
-- unit:   visits in rows of the walk; first_place and last_place count rows of the journey from 1
-- reads:  placed_walk
-- source: docs/explanation/declare.md

select journey, node, count(*) as visits, min(place) as first_place, max(place) as last_place
from placed_walk
group by journey, node
