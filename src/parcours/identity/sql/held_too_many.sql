-- model:  held_too_many
-- grain:  one row per person and namespace of which they have more identifiers than one person has
-- unit:   identifiers and plausible are counts
-- reads:  holding, plausible
-- source: docs/explanation/accuracy-of-identity.md

select h.person_id, h.namespace_id, h.kind, h.identifiers, p.most as plausible
from holding as h
join plausible as p on p.kind = h.kind
where h.identifiers > p.most
order by h.person_id, h.namespace_id
