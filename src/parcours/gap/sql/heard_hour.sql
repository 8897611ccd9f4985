-- model:  heard_hour
-- grain:  one row per source, place of a source that names places, and hour in which something was heard
-- unit:   hour_id in hours since 1970-01-01 UTC; first_at, last_at in microseconds UTC; signals in signals; place_id null: no place is named
-- reads:  signal, placed_source
-- source: docs/explanation/listening.md

select source_id, cast(null as bigint) as place_id, occurred_at // 3600000000 as hour_id,
       count(*) as signals, min(occurred_at) as first_at, max(occurred_at) as last_at
from signal
where occurred_at <= :as_of and source_id not in (select source_id from placed_source)
group by source_id, occurred_at // 3600000000
union all
select source_id, list_filter(objects, lambda x: x.namespace_id = :namespace_id)[1].object_id as place_id,
       occurred_at // 3600000000 as hour_id,
       count(*) as signals, min(occurred_at) as first_at, max(occurred_at) as last_at
from signal
where occurred_at <= :as_of and source_id in (select source_id from placed_source)
group by source_id, list_filter(objects, lambda x: x.namespace_id = :namespace_id)[1].object_id, occurred_at // 3600000000
