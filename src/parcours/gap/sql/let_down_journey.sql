-- model:  let_down_journey
-- grain:  one row per journey of a map on which a promise was broken
-- unit:   none
-- reads:  verdict
-- source: docs/explanation/picture-of-a-map.md

select distinct journey_id
from verdict
where map_id = :map_id and verdict = 'broken' and journey_id is not null
