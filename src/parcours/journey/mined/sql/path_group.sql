-- model:  path_group
-- grain:  one row per journey that a typical path stands for
-- unit:   typical numbers typical paths from 0; is_self: the journey is the typical path itself
-- reads:  walk, typical_path
-- source: docs/explanation/lived-journeys.md

with journey_path as (
    select journey, list_in_order(node, at_us, ordinal) as path
    from walk
    group by journey
)

select j.journey, t.typical, t.is_self
from journey_path as j
join typical_path as t on t.path = j.path
