-- model:  event_alone
-- grain:  one row: the merge or split of one id
-- unit:   none
-- reads:  identity_event
-- source: docs/explanation/who-is-who.md

select kind, person_id, other_person_id
from identity_event
where event_id = :event_id
