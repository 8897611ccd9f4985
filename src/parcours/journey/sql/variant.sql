-- model:  variant
-- grain:  one row per distinct path of nodes
-- unit:   count in journeys; path is a list of nodes in the order they were lived
-- reads:  walk
-- source: docs/reference/commands.md

with journey_path as (
    select list_in_order(node, at_us, ordinal) as path
    from walk
    group by journey
)

select path, count(*) as count
from journey_path
group by path
order by count desc, path
