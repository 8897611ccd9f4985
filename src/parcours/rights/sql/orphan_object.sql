-- model:  orphan_object
-- grain:  one row per file and thing of which only signals that go speak in that file
-- unit:   none
-- reads:  signal, carrier_object, held_signal
-- source: docs/explanation/rights.md

with going as (
    select distinct file_id, object_id
    from carrier_object
    where signal_id in (select signal_id from held_signal)
),

staying as (
    select s.file_id, o.item.object_id as object_id
    from signal as s, unnest(s.objects) as o(item)
    where s.signal_id not in (select signal_id from held_signal)
)

select g.file_id, g.object_id
from going as g
where not exists (select 1 from staying as s where s.file_id = g.file_id and s.object_id = g.object_id)
order by g.file_id, g.object_id
