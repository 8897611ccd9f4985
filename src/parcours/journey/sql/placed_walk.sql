-- model:  placed_walk
-- grain:  one row per row of a walk
-- unit:   at_us in microseconds UTC; place counts rows of the journey from 1
-- reads:  walk
-- source: docs/explanation/declare.md

select journey, node, at_us, row_number() over (partition by journey order by at_us, ordinal) as place
from walk
