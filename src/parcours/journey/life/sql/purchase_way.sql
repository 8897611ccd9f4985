-- model:  purchase_way
-- grain:  one row per purchase: how somebody came to it, across channels
-- unit:   bought_at in microseconds UTC; value_minor in hundredths of the currency; look_back in microseconds; store_id an object, null: no store is named; since_look_us from the last look online, null: none led to it
-- reads:  seen
-- source: docs/explanation/lived-journeys.md

with told as (
    select signal_id, person_id, occurred_at, ordinal, properties,
           list_contains(:sales, type_id) as is_sale,
           list_contains(:orders, type_id) as is_order,
           list_contains(:collections, type_id) as is_collection,
           coalesce(list_contains(:digital, channel_id), false) as is_digital,
           coalesce(list_contains(:store, channel_id), false) as is_store,
           list_filter(objects, lambda x: x.namespace_id = :store_namespace)[1].object_id as store_id,
           list_filter(objects, lambda x: x.namespace_id = :order_namespace)[1].object_id as order_id,
           list_filter(objects, lambda x: list_contains(:dealings, x.namespace_id))[1].object_id as dealing_id
    from seen
),
-- Only looks and purchases: what is about an order, a return or a ticket is a consequence, and tells of no research.
traced as (
    select signal_id, person_id, is_sale,
           max(case when is_digital and not is_sale then occurred_at end) over before as digital_at,
           max(case when is_store and not is_sale then occurred_at end) over before as store_at,
           last_value(case when is_store and not is_sale then store_id end ignore nulls) over before as visited_id,
           max(case when is_sale then occurred_at end) over before as bought_before_at
    from told
    where person_id is not null and (is_sale or (dealing_id is null and (is_digital or is_store)))
    window before as (partition by person_id order by occurred_at, ordinal rows between unbounded preceding and 1 preceding)
),
collected as (
    select order_id, min(store_id) as store_id, bool_or(is_collection and is_store) as is_collected
    from told
    where order_id is not null
    group by order_id
),
-- A sale that two systems tell of is one: the first signal about its order.
bought as (
    select signal_id, person_id, occurred_at, properties, is_order, is_digital, is_store, store_id, order_id,
           row_number() over (partition by coalesce(order_id, signal_id), order_id is null order by occurred_at, ordinal) as place
    from told
    where is_sale
),
placed as (
    select b.signal_id, b.person_id, b.occurred_at, b.is_order, b.is_digital, b.is_store,
           property_number(b.properties, 'amount_minor') as value_minor,
           property_text(b.properties, 'currency') as currency,
           coalesce(c.is_collected, false) or coalesce(property_text(b.properties, 'fulfilment') = 'collect', false) as is_collected,
           coalesce(b.store_id, c.store_id) as store_id, t.visited_id,
           coalesce(t.digital_at >= b.occurred_at - :look_back and t.digital_at > coalesce(t.bought_before_at, t.digital_at - 1), false) as looked_online,
           b.occurred_at - t.digital_at as since_look_us,
           coalesce(t.store_at >= b.occurred_at - :look_back and t.store_at > coalesce(t.bought_before_at, t.store_at - 1), false) as looked_in_store
    from bought as b
    left join collected as c on c.order_id = b.order_id
    left join traced as t on t.signal_id = b.signal_id
    where b.place = 1
)

select signal_id, person_id, occurred_at as bought_at, value_minor, currency,
       case when is_store and is_order then 'web_in_store'
            when is_digital and is_collected then 'click_and_collect'
            when person_id is null then 'unknown'
            when is_store and looked_online then 'online_then_store'
            when is_store then 'store_only'
            when is_digital and looked_in_store then 'store_then_online'
            when is_digital then 'online_only'
            else 'elsewhere' end as way,
       case when is_store or is_collected then store_id when is_digital and looked_in_store then visited_id end as store_id,
       case when looked_online then since_look_us end as since_look_us
from placed
