-- model:  touched_unit_of_people
-- grain:  one row per person that a map by person must be made anew for
-- unit:   none
-- reads:  unsettled_unit, touched_person
-- source: docs/explanation/verdicts-and-intervals.md

select unit_id
from unsettled_unit
where unit_id is not null
union
select person_id
from touched_person
