-- model:  own_object
-- grain:  one row per candidate that nobody else left a signal about, directly or by what stands beside it
-- unit:   none
-- reads:  carrier_object, candidate_object, personal_namespace, held_token, shared_token
-- source: docs/explanation/rights.md

with known as (
    select object_id, signal_id,
           token is not null and token not in (select token from held_token)
           and token not in (select token from shared_token) as is_strange
    from carrier_object
    where namespace_id in (select namespace_id from personal_namespace)
),

carrier as (
    select object_id, signal_id, is_strange
    from known
    where object_id in (select object_id from candidate_object)
),

beside as (
    select distinct c.object_id, k.object_id as other_id
    from carrier as c
    join known as k on k.signal_id = c.signal_id
    where k.object_id <> c.object_id
),

elsewhere as (
    select b.object_id
    from beside as b
    join known as k on k.object_id = b.other_id
    where k.is_strange
)

select object_id
from candidate_object
where object_id not in (select object_id from carrier where is_strange)
  and object_id not in (select object_id from elsewhere)
order by object_id
