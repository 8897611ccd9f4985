-- model:  journey_worth
-- grain:  one row per map, promise and currency of journeys on which it was broken, or could not be verified; promise_id null: any of them
-- unit:   broken, unseen in journeys of the population that a sample's weights stand for; broken_minor, unseen_minor in hundredths of the currency, which is null where nothing carries an amount
-- reads:  verdict, recorded_promise, journey_step, signal
-- source: docs/explanation/what-is-at-stake.md

-- What a journey is worth is the largest total that one type of its signals carries: an order paid and its refund are one amount, not two.
with fate as (
    select map_id, journey_id, promise_id,
           bool_or(verdict = 'broken') as is_broken,
           bool_or(verdict = 'unobservable' and is_recorded) as is_unseen,
           max(coalesce(weight, 1)) as weight
    from verdict
    join recorded_promise using (promise_id)
    where verdict in ('broken', 'unobservable') and journey_id is not null
    group by map_id, journey_id, promise_id
),
amount as (
    select s.map_id, s.journey_id, s.type_id,
           property_text(g.properties, 'currency') as currency,
           sum(property_number(g.properties, 'amount_minor')) as amount_minor
    from journey_step as s
    join (select distinct map_id, journey_id from fate) as f using (map_id, journey_id)
    join signal as g using (signal_id)
    where property_number(g.properties, 'amount_minor') is not null
    group by all
),
worth as (
    select map_id, journey_id, max(amount_minor) as amount_minor,
           list_in_order(currency, -amount_minor, currency)[1] as currency
    from amount
    group by map_id, journey_id
)

select f.map_id, f.promise_id, w.currency,
       coalesce(sum(f.weight) filter (where f.is_broken), 0)                         as broken,
       coalesce(sum(f.weight) filter (where f.is_unseen and not f.is_broken), 0)     as unseen,
       sum(f.weight * w.amount_minor) filter (where f.is_broken)                     as broken_minor,
       sum(f.weight * w.amount_minor) filter (where f.is_unseen and not f.is_broken) as unseen_minor
from (
    select map_id, journey_id, promise_id, is_broken, is_unseen, weight from fate
    union all
    select map_id, journey_id, null, bool_or(is_broken), bool_or(is_unseen), max(weight) from fate group by map_id, journey_id
) as f
left join worth as w using (map_id, journey_id)
group by f.map_id, f.promise_id, w.currency
order by f.map_id, f.promise_id nulls first, w.currency nulls last
