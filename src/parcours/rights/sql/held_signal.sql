-- model:  held_signal
-- grain:  one row per signal that is held on the person
-- unit:   source_row as in signal
-- reads:  recorded, carrier_object, held_token, held_object, carried_row
-- source: docs/explanation/rights.md

select signal_id, file_id, source_row
from recorded
where token in (select token from held_token)
union
select signal_id, file_id, source_row
from carrier_object
where object_id in (select object_id from held_object)
union
select r.signal_id, r.file_id, r.source_row
from recorded as r
join carried_row as c on c.file_id = r.file_id and c.source_row = r.source_row
