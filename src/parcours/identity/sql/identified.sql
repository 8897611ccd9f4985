-- model:  identified
-- grain:  one row per identifier of a truth, with the person it was given to
-- unit:   person_id null: no signal carried the identifier
-- reads:  truth, identifier, person_token
-- source: docs/explanation/accuracy-of-identity.md

select t.namespace, t.identifier, t.person, i.token, p.person_id
from truth as t
left join identifier as i on i.namespace = t.namespace and i.value = t.identifier
left join person_token as p on p.token = i.token
order by t.namespace, t.identifier, t.person
