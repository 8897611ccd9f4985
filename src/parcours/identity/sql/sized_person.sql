-- model:  sized_person
-- grain:  one row per person with as many identifiers as asked for, the largest first
-- unit:   identifiers, accounts, contacts, occasions and devices are counts; most null: no bound; at_most is rows
-- reads:  holding
-- source: docs/explanation/accuracy-of-identity.md

select person_id, as_bigint(sum(identifiers)) as identifiers,
       as_bigint(coalesce(sum(identifiers) filter (where kind = 'account'), 0))  as accounts,
       as_bigint(coalesce(sum(identifiers) filter (where kind = 'contact'), 0))  as contacts,
       as_bigint(coalesce(sum(identifiers) filter (where kind = 'occasion'), 0)) as occasions,
       as_bigint(coalesce(sum(identifiers) filter (where kind = 'device'), 0))   as devices
from holding
group by person_id
having sum(identifiers) >= :least and (:most is null or sum(identifiers) <= :most)
order by identifiers desc, person_id
limit :at_most
