-- model:  journey_life
-- grain:  one row per journey of a map
-- unit:   waits in microseconds; value_minor in hundredths of the currency; counts in signals
-- reads:  journey, journey_step, signal
-- source: docs/explanation/lived-journeys.md

with lived as (
    select s.journey_id, s.occurred_at, s.ordinal, s.signal_id, s.type_id, s.step_id, s.channel_id,
           list_contains(:contacts, s.type_id) as is_contact,
           s.occurred_at - lag(s.occurred_at) over way as wait_us,
           case when list_contains(:contacts, s.type_id) or not (list_contains(:passive, s.channel_id) or list_contains(:notices, s.type_id))
                then s.channel_id end as own_id,
           last_value(case when list_contains(:contacts, s.type_id) or not (list_contains(:passive, s.channel_id) or list_contains(:notices, s.type_id))
                           then s.channel_id end ignore nulls) over before as before_id,
           max(case when list_contains(:contacts, s.type_id) then s.occurred_at end) over before as asked_at
    from journey_step as s
    where s.map_id = :map_id
    window way as (partition by s.journey_id order by s.occurred_at, s.ordinal),
           before as (
               partition by s.journey_id order by s.occurred_at, s.ordinal rows between unbounded preceding and 1 preceding
           )
),
-- Arrivals on another channel, where the customer is: a message or a delivery takes nobody anywhere.
-- On the channel that was left for the last one, somebody is sent back.
arrived as (
    select journey_id, own_id, before_id,
           lag(before_id) over (partition by journey_id order by occurred_at, ordinal) as earlier_id
    from lived
    where own_id is not null and before_id is distinct from own_id
),
turned as (
    select journey_id,
           count(before_id) as switches,
           count(*) filter (where earlier_id = own_id) as ping_pong
    from arrived
    group by journey_id
),
told as (
    select journey_id,
           count(distinct step_id) as steps,
           count(step_id) - count(distinct step_id) as rework,
           count(distinct channel_id) as channels,
           count(*) filter (where is_contact) as contacts,
           count(*) filter (where is_contact and occurred_at - asked_at <= :within) as repeats,
           max(wait_us) as wait_longest_us,
           max_by(occurred_at, wait_us) as waited_until_us
    from lived
    group by journey_id
),
way as (
    select journey_id, list_in_order(step_id, occurred_at, ordinal) as path
    from lived
    where step_id is not null
    group by journey_id
),
-- The first signal of the type that ended it, at the instant at which it closed.
ended as (
    select l.journey_id, min(l.type_id) as end_id
    from lived as l
    join journey as j on j.map_id = :map_id and j.journey_id = l.journey_id and j.closed_at = l.occurred_at
    where list_contains(:ends, l.type_id)
    group by l.journey_id
),
carried as (
    select l.journey_id, l.type_id,
           max(property_text(g.properties, 'currency')) as currency,
           sum(property_number(g.properties, 'amount_minor')) as amount_minor,
           sum(property_number(g.properties, 'effort')) as effort_sum,
           count(property_number(g.properties, 'effort')) as effort_count
    from lived as l
    join signal as g using (signal_id)
    where property_number(g.properties, 'amount_minor') is not null or property_number(g.properties, 'effort') is not null
    group by l.journey_id, l.type_id
),
-- What a journey is worth is the largest total that one type of its signals carries: an order paid and its refund are one amount.
worth as (
    select journey_id, max(amount_minor) as value_minor, max(currency) as currency,
           sum(effort_sum) / nullif(sum(effort_count), 0) as effort_said
    from carried
    group by journey_id
)

select j.journey_id, j.person_id, j.started_at, j.ended_at, j.closed_at, j.signals,
       t.steps, t.rework, t.channels, coalesce(u.switches, 0) as switches, coalesce(u.ping_pong, 0) as ping_pong,
       t.contacts, t.repeats, t.wait_longest_us, t.waited_until_us,
       j.score_sum / nullif(j.score_count, 0) as score,
       w.value_minor, w.currency, w.effort_said, e.end_id, p.path
from journey as j
join told as t on t.journey_id = j.journey_id
left join turned as u on u.journey_id = j.journey_id
left join worth as w on w.journey_id = j.journey_id
left join ended as e on e.journey_id = j.journey_id
left join way as p on p.journey_id = j.journey_id
where j.map_id = :map_id
order by j.started_at, j.journey_id
