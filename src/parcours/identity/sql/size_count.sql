-- model:  size_count
-- grain:  one row per number of identifiers that anybody has
-- unit:   people and known are counts of people; known have an account
-- reads:  person_size
-- source: docs/explanation/accuracy-of-identity.md

select identifiers, count(*) as people, count(*) filter (where is_known) as known
from person_size
group by identifiers
order by identifiers
