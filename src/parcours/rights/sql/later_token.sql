-- model:  later_token
-- grain:  one row per identifier that signals after the instant of the run put beside the person's
-- unit:   as_of in microseconds UTC
-- reads:  link, own_token, person_token, shared_token
-- source: docs/explanation/rights.md

with later as (
    select token, other_token
    from link
    where first_at > :as_of and other_token is not null
      and token not in (select token from shared_token) and other_token not in (select token from shared_token)
),

beside as (
    select other_token as token
    from later
    where token in (select token from own_token)
    union
    select token
    from later
    where other_token in (select token from own_token)
)

select token
from beside
where token not in (select token from own_token) and token not in (select token from person_token)
order by token
