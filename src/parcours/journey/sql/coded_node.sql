-- model:  coded_node
-- grain:  one row per name of a node, in rows that are not in the lake
-- unit:   code is a whole number from 1, in the order of names
-- reads:  uncoded
-- source: docs/explanation/bench.md

with named as (
    select distinct node as name
    from uncoded
)

select as_integer(row_number() over (order by name)) as code, name
from named
