-- model:  person_verdict
-- grain:  one row per verdict on a promise made to one person, the oldest first
-- unit:   trigger_at, deadline_at, target_at, from_at, original_deadline_at in microseconds UTC
-- reads:  verdict
-- source: docs/adr/0007-what-a-verdict-means.md

select map_id, promise_id, unit_id, person_id, trigger_id, trigger_at, deadline_at, target_id, target_at, verdict,
       part_id, from_at, found, asked, original_deadline_at, original_verdict, denied_id
from verdict
where person_id = :person_id
order by trigger_at, promise_id, trigger_id
