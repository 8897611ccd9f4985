-- model:  channel_signal
-- grain:  one row per channel; null: signals without one
-- unit:   signals, contacts, orders, sales and repeats in signals, weighted; within in microseconds
-- reads:  seen
-- source: docs/reference/brand.md

with told as (
    select channel_id, person_id, occurred_at, ordinal, coalesce(weight, 1) as weight,
           list_contains(:contacts, type_id) as is_contact,
           list_contains(:orders, type_id) as is_order,
           list_contains(:sales, type_id) as is_sale
    from seen
),
asked as (
    select channel_id, weight,
           occurred_at - lag(occurred_at) over (partition by person_id order by occurred_at, ordinal) as since_us
    from told
    where is_contact and person_id is not null
),
again as (
    select channel_id, sum(weight) as repeats
    from asked
    where since_us <= :within
    group by channel_id
),
counted as (
    select channel_id, sum(weight) as signals,
           coalesce(sum(weight) filter (where is_contact), 0) as contacts,
           coalesce(sum(weight) filter (where is_order), 0)   as orders,
           coalesce(sum(weight) filter (where is_sale), 0)    as sales
    from told
    group by channel_id
)

select c.channel_id, c.signals, c.contacts, c.orders, c.sales, coalesce(a.repeats, 0) as repeats
from counted as c
left join again as a on a.channel_id is not distinct from c.channel_id
order by c.channel_id nulls first
