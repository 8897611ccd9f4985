-- model:  loose_token
-- grain:  one row per identifier of somebody else, or of everybody, that was seen beside theirs
-- unit:   first_at: first signal of it that stays, microseconds UTC; null: none does
-- reads:  link, held_token
-- source: docs/explanation/rights.md

with beside as (
    select other_token as token
    from link
    where token in (select token from held_token) and other_token is not null
    union
    select token
    from link
    where other_token in (select token from held_token)
),

staying as (
    select token, other_token, first_at
    from link
    where token not in (select token from held_token)
      and (other_token is null or other_token not in (select token from held_token))
      and first_at <= :as_of
),

seen as (
    select token, first_at from staying
    union all
    select other_token as token, first_at from staying
)

select b.token, min(s.first_at) as first_at
from beside as b
left join seen as s on s.token = b.token
where b.token not in (select token from held_token)
group by b.token
order by b.token
