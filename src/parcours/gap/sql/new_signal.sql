-- model:  new_signal
-- grain:  one row per signal that the last published run did not know
-- unit:   since, the instant of that run, in microseconds UTC
-- reads:  seen, timeless, new_file
-- source: docs/explanation/verdicts-and-intervals.md

select signal_id, person_id, objects
from seen
where file_id in (select file_id from new_file)
union all
select signal_id, person_id, objects
from seen
where occurred_at > :since and file_id not in (select file_id from new_file)
union all
select signal_id, person_id, objects
from timeless
where file_id in (select file_id from new_file)
