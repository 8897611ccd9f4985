-- model:  drift_place
-- grain:  one row per signal asked for
-- unit:   source_row as in signal
-- reads:  seen
-- source: docs/explanation/what-has-moved.md

select signal_id, file_id, source_row
from seen
where list_contains(:signal_ids, signal_id)
order by signal_id
