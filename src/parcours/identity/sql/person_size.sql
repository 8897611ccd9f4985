-- model:  person_size
-- grain:  one row per person
-- unit:   identifiers is a count; is_known is true where one of them is an account
-- reads:  holding
-- source: docs/explanation/accuracy-of-identity.md

select person_id, as_bigint(sum(identifiers)) as identifiers, bool_or(kind = 'account') as is_known
from holding
group by person_id
