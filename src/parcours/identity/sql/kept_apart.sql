-- model:  kept_apart
-- grain:  one row per two people of whom sources told one and the same address or number, unless more people share it than one household has
-- unit:   person_id < other_person_id; shared is a count of values; field is that of the first of them
-- reads:  told, person_token, plausible
-- source: docs/explanation/accuracy-of-identity.md

with owner as (
    select distinct t.field, t.value, p.person_id
    from told as t
    join person_token as p on p.token = t.token
    where t.field in ('email', 'phone')
),

crowd as (
    select o.field, o.value
    from owner as o
    group by o.field, o.value
    having count(*) between 2 and (select max(most) from plausible where kind = 'sharing')
)

select a.person_id, b.person_id as other_person_id, min(a.field) as field, count(*) as shared
from crowd as c
join owner as a on a.field = c.field and a.value = c.value
join owner as b on b.field = c.field and b.value = c.value and b.person_id > a.person_id
group by a.person_id, b.person_id
order by shared desc, field, a.person_id, b.person_id
