-- model:  move
-- grain:  one row per row of a walk, with the one that follows it in the journey
-- unit:   at_us, next_us in microseconds UTC; place counts rows of the journey from 1; next_node and next_us are null where it ends
-- reads:  walk
-- source: docs/explanation/lived-journeys.md

select journey, person, node, at_us,
       as_integer(row_number() over w) as place,
       lead(node) over w as next_node,
       lead(at_us) over w as next_us
from walk
window w as (partition by journey order by at_us, ordinal)
