-- model:  shared_namespace
-- grain:  one row per namespace of which more than a share of the things were seen with two people or more
-- unit:   at_most is a ratio
-- reads:  carrier_object, person_token, shared_token
-- source: docs/explanation/rights.md

with lived as (
    select c.namespace_id, c.object_id, min(p.person_id) <> max(p.person_id) as is_shared
    from carrier_object as c
    join person_token as p on p.token = c.token
    where c.token not in (select token from shared_token)
    group by c.namespace_id, c.object_id
)

select namespace_id
from lived
group by namespace_id
having avg(case when is_shared then 1.0 else 0.0 end) > :at_most
order by namespace_id
