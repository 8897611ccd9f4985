-- model:  person_verdict
-- grain:  one row per verdict on a promise made to one person, the oldest first
-- unit:   trigger_at, deadline_at, target_at in microseconds UTC
-- reads:  verdict
-- source: docs/adr/0007-what-a-verdict-means.md

select map_id, promise_id, unit_id, trigger_at, deadline_at, target_at, verdict
from verdict
where person_id = :person_id
order by trigger_at, promise_id, trigger_id
