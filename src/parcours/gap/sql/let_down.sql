-- model:  let_down
-- grain:  one row per broken verdict of a promise among chosen ones
-- unit:   trigger_at, deadline_at in microseconds UTC; target_id the signal that came too late or should not have come, null: none
-- reads:  verdict, chosen_case
-- source: docs/explanation/where-and-since-when.md

select person_id, journey_id, trigger_id, trigger_at, deadline_at, target_id
from verdict
where promise_id = :promise_id and verdict = 'broken'
  and trigger_id in (select trigger_id from chosen_case)
