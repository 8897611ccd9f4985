-- model:  trigger_place
-- grain:  one row per signal asked for
-- unit:   place_text as the signal's property has it; place_id the first object it carries of the namespace; null: none
-- reads:  signal
-- source: docs/reference/promises.md

select signal_id, property_text(properties, :property) as place_text,
       list_filter(objects, lambda x: x.namespace_id = :namespace_id)[1].object_id as place_id
from signal
where signal_id in (select unnest(:signal_ids))
