-- model:  carrier_object
-- grain:  one row per signal and thing it is about
-- unit:   none
-- reads:  recorded
-- source: docs/explanation/rights.md

select r.signal_id, r.file_id, r.source_row, r.token, o.item.namespace_id as namespace_id, o.item.object_id as object_id
from recorded as r, unnest(r.objects) as o(item)
