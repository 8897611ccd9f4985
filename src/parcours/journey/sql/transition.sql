-- model:  transition
-- grain:  one row per row of a walk: a node, and the one that follows it in the journey
-- unit:   wait_us in microseconds; target and wait_us are null where the journey ends
-- reads:  walk
-- source: docs/reference/commands.md

select node as source,
       lead(node) over w as target,
       lead(at_us) over w - at_us as wait_us,
       person,
       lag(node) over w is null as is_first
from walk
window w as (partition by journey order by at_us, ordinal)
