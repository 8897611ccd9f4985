-- model:  own_journey
-- grain:  one row per journey of one person that is about them, or about a thing that is not everybody's
-- unit:   none
-- reads:  journey, object, held_object, personal_namespace
-- source: docs/explanation/rights.md

select map_id, journey_id
from journey
where unit_id in (select object_id from held_object)
   or (person_id = :person_id
       and unit_id not in (
           select object_id from object where namespace_id not in (select namespace_id from personal_namespace)))
order by map_id, journey_id
