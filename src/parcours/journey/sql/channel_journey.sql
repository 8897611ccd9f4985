-- model:  channel_journey
-- grain:  one row per map and channel, and one per map with a null channel for all of it
-- unit:   journeys in journeys, weighted; contacts, orders, sales, switches and repeats in signals, weighted as their journey; within in microseconds
-- reads:  journey_step, journey
-- source: docs/reference/brand.md

with lived as (
    select s.map_id, s.journey_id, s.channel_id, s.occurred_at, coalesce(j.weight, 1) as weight,
           list_contains(:contacts, s.type_id) as is_contact,
           list_contains(:orders, s.type_id) as is_order,
           list_contains(:sales, s.type_id) as is_sale,
           last_value(s.channel_id ignore nulls) over before as before_id,
           max(case when list_contains(:contacts, s.type_id) then s.occurred_at end) over before as asked_at
    from journey_step as s
    join journey as j on j.map_id = s.map_id and j.journey_id = s.journey_id
    window before as (
        partition by s.map_id, s.journey_id order by s.occurred_at, s.ordinal rows between unbounded preceding and 1 preceding
    )
),
used as (
    select map_id, journey_id, channel_id, max(weight) as weight,
           count(*) filter (where is_contact) as contacts,
           count(*) filter (where is_order)   as orders,
           count(*) filter (where is_sale)    as sales,
           count(*) filter (where before_id <> channel_id) as switches,
           count(*) filter (where is_contact and occurred_at - asked_at <= :within) as repeats
    from lived
    group by map_id, journey_id, channel_id
),
whole as (
    select map_id, journey_id, max(weight) as weight, sum(contacts) as contacts, sum(orders) as orders, sum(sales) as sales,
           sum(switches) as switches, sum(repeats) as repeats
    from used
    group by map_id, journey_id
)

select map_id, channel_id, sum(weight) as journeys, sum(weight * contacts) as contacts, sum(weight * orders) as orders,
       sum(weight * sales) as sales, sum(weight * switches) as switches, sum(weight * repeats) as repeats
from used
where channel_id is not null
group by map_id, channel_id
union all
select map_id, null as channel_id, sum(weight) as journeys, sum(weight * contacts) as contacts, sum(weight * orders) as orders,
       sum(weight * sales) as sales, sum(weight * switches) as switches, sum(weight * repeats) as repeats
from whole
group by map_id
order by map_id, channel_id nulls first
