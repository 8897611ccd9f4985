-- model:  event_of_people
-- grain:  one row per merge or split that one of the people asked about went through
-- unit:   found_at, first_at and as_of in microseconds UTC
-- reads:  identity_event, asked_person
-- source: docs/explanation/who-is-who.md

select event_id, kind, found_at, person_id, other_person_id, cause, token, namespace_id, other_token,
       other_namespace_id, first_at, file_id
from identity_event
where event_id >> 32 <= :run_id
  and (person_id in (select person_id from asked_person) or other_person_id in (select person_id from asked_person))
order by event_id
