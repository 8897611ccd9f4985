-- model:  heard_type_hour
-- grain:  one row per source, type of signal, and hour in which it was heard
-- unit:   hour_id in hours since 1970-01-01 UTC; first_at, last_at in microseconds UTC; signals in signals
-- reads:  signal
-- source: docs/explanation/listening.md

select source_id, type_id, occurred_at // 3600000000 as hour_id,
       count(*) as signals, min(occurred_at) as first_at, max(occurred_at) as last_at
from signal
where occurred_at <= :as_of
group by source_id, type_id, occurred_at // 3600000000
