-- model:  source_coverage
-- grain:  one row per (source_id, type_id)
-- unit:   first_at, last_at in microseconds UTC; signal_count in signals
-- reads:  signal
-- source: docs/explanation/verdicts-and-intervals.md

select source_id, type_id, min(occurred_at) as first_at, max(occurred_at) as last_at, count(*) as signal_count
from signal
where occurred_at <= :as_of
group by source_id, type_id
