-- model:  anchored_walk
-- grain:  one row per row of the walks that visit a node, of as many journeys as a mask leaves
-- unit:   at_us in microseconds UTC; place counts rows of the journey from 1
-- reads:  move
-- source: docs/explanation/lived-journeys.md

select journey, person, node, at_us, place
from move
where journey in (select journey from move where node = :anchor)
  and (journey & :mask) = 0
order by journey, place
