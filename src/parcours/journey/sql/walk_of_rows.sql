-- model:  walk_of_rows
-- grain:  one row per row that is not in the lake; nobody is known in it
-- unit:   at_us in microseconds UTC; node is a code of coded_node
-- reads:  uncoded, coded_node
-- source: docs/explanation/bench.md

select u.journey, n.code as node, u.at_us, u.ordinal, cast(null as bigint) as person, cast(null as bigint) as signal_id
from uncoded as u
join coded_node as n on n.name = u.node
