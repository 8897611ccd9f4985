-- model:  near_link
-- grain:  one row per link one of whose tokens is asked about, and per new one again
-- unit:   first_at and as_of in microseconds UTC
-- reads:  link, new_link, near_token
-- source: docs/explanation/who-is-who.md

with near as (
    select *
    from link
    where token in (select token from near_token) or other_token in (select token from near_token)
    union all
    select *
    from new_link
)

select token, namespace_id, other_token, other_namespace_id, first_at, signals, file_id
from near
where first_at <= :as_of
