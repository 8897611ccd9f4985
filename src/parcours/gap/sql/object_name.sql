-- model:  object_name
-- grain:  one row per object asked for
-- unit:   value as its source wrote it; null where it looked personal
-- reads:  object, term
-- source: docs/explanation/lake-and-vault.md

select o.object_id, min(t.text) as namespace, min(o.value) as value
from object as o
join term as t on t.kind = 'namespace' and t.code = o.namespace_id
where o.object_id in (select unnest(:object_ids))
group by o.object_id
