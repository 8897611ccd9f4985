-- model:  told_too_many
-- grain:  one row per person and field of which sources told more values than one person has
-- unit:   told and plausible are counts of distinct values
-- reads:  told, person_token, plausible
-- source: docs/explanation/accuracy-of-identity.md

select p.person_id, t.field, count(distinct t.value) as told, l.most as plausible
from told as t
join person_token as p on p.token = t.token
join plausible as l on l.kind = t.field
group by p.person_id, t.field, l.most
having count(distinct t.value) > l.most
order by p.person_id, t.field
