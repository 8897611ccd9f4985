-- model:  evidence
-- grain:  one row per unordered pair of tokens seen together, and per token seen alone, paired with itself
-- unit:   first_at and as_of in microseconds UTC
-- reads:  link
-- source: docs/explanation/who-is-who.md

with pair as (
    select token, namespace_id, first_at,
           coalesce(other_token, token)               as other_token,
           coalesce(other_namespace_id, namespace_id) as other_namespace_id
    from link
    where first_at <= :as_of
)

select least(token, other_token)    as token,
       greatest(token, other_token) as other_token,
       case when token <= other_token then namespace_id else other_namespace_id end as namespace_id,
       case when token <= other_token then other_namespace_id else namespace_id end as other_namespace_id,
       min(first_at)                as first_at
from pair
group by all
