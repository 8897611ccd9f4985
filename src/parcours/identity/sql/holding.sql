-- model:  holding
-- grain:  one row per person and namespace of which they have identifiers
-- unit:   identifiers is a count; kind is account, contact, occasion, device or shared
-- reads:  link, person_token, namespace_kind
-- source: docs/explanation/accuracy-of-identity.md

with held as (
    select token, namespace_id from link
    union
    select other_token, other_namespace_id from link where other_token is not null
)

select p.person_id, h.namespace_id, k.kind, count(*) as identifiers
from person_token as p
join held as h on h.token = p.token
join namespace_kind as k on k.namespace_id = h.namespace_id
group by p.person_id, h.namespace_id, k.kind
