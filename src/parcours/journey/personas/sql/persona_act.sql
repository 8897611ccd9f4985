-- model:  persona_act
-- grain:  one row per person, group of habits and habit
-- unit:   occasions in purchases (buying), in days on which they did it on a channel (all others); day in days since 1970, UTC; soon in microseconds
-- reads:  seen, purchase_way, term
-- source: docs/explanation/personas.md

with told as (
    select person_id, channel_id, occurred_at // 86400000000 as day,
           list_contains(:contacts, type_id) as is_contact,
           list_contains(:returns, type_id) as is_return,
           property_number(properties, 'score') as score,
           list_contains(:sales, type_id) as is_sale,
           coalesce(list_contains(:passive, channel_id), false) or list_contains(:notices, type_id) as is_passive,
           list_filter(objects, lambda x: list_contains(:dealings, x.namespace_id))[1].object_id is not null as is_dealing
    from seen
    where person_id is not null
),
-- What a person does of their own; what is done about their order, or sent to them, says nothing of their habits.
done as (
    select distinct person_id, channel_id, day,
           case when is_contact then 'ask'
                when is_return then 'return'
                when score is not null then 'answer'
                when not is_passive and not is_dealing then 'look' end as act
    from told
    where not is_sale
),
named as (
    select d.person_id, d.act, coalesce(t.text, 'unknown') as channel,
           case when list_contains(:digital, d.channel_id) then 'digital'
                when list_contains(:store, d.channel_id) then 'store'
                else coalesce(t.text, 'unknown') end as place
    from done as d
    left join term as t on t.kind = 'channel' and t.code = d.channel_id
    where d.act is not null
),
habit as (
    select person_id, 'buying' as habits,
           case when way <> 'online_then_store' then way when since_look_us <= :soon then 'looked_soon' else 'looked_before' end as habit
    from purchase_way
    where person_id is not null
    union all
    select person_id, 'doing', act from named
    union all
    select person_id, 'doing', 'buy' from purchase_way where person_id is not null
    union all
    select person_id, 'looking', place from named where act = 'look'
    union all
    select person_id, 'asking', channel from named where act = 'ask'
)

select person_id, habits, habit, count(*) as occasions
from habit
group by person_id, habits, habit
order by person_id, habits, habit
