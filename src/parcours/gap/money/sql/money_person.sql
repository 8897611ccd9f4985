-- model:  money_person
-- grain:  one row per person whose purchases and contacts are read: whoever met a promise, and a sample of all others
-- unit:   first_at when they were first seen, microseconds UTC
-- reads:  person_token, money_unit
-- source: docs/explanation/what-a-gap-costs.md

select person_id, min(first_at) as first_at
from person_token
where (person_id & :mask) = 0 or person_id in (select person_id from money_unit)
group by person_id
