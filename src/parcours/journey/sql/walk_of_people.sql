-- model:  walk_of_people
-- grain:  one row per signal of somebody known; a journey is all that a person did
-- unit:   at_us in microseconds UTC; node is a code of a type
-- reads:  seen
-- source: docs/adr/0011-what-belongs-to-a-journey.md

select person_id as journey, type_id as node, occurred_at as at_us, ordinal, person_id as person, signal_id
from seen
where person_id is not null
