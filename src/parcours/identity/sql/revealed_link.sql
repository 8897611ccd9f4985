-- model:  revealed_link
-- grain:  one row per pair of identifiers of one true person that were seen together
-- unit:   none
-- reads:  link, true_token
-- source: docs/explanation/accuracy-of-identity.md

select distinct l.token, l.other_token
from link as l
join true_token as t on t.token = l.token
join true_token as o on o.token = l.other_token and o.person = t.person
order by l.token, l.other_token
