-- model:  journey_turn
-- grain:  one row per promise and verdict, kept or broken: what the journeys with it went through; of many journeys, a sample of them
-- unit:   journeys; switches: changes of channel from one signal of a journey to the next; repeats: contacts after the first of a journey
-- reads:  verdict, journey_step, event_role
-- source: docs/explanation/what-a-gap-costs.md

with turn as (
    select s.map_id, s.journey_id, r.role,
           s.channel_id is distinct from lag(s.channel_id) over (partition by s.map_id, s.journey_id order by s.occurred_at, s.ordinal) as is_other,
           row_number() over (partition by s.map_id, s.journey_id order by s.occurred_at, s.ordinal) as place
    from journey_step as s
    left join event_role as r on r.type_id = s.type_id
    where s.channel_id is not null and (s.journey_id & :mask) = 0
),
lived as (
    select map_id, journey_id,
           count(*) filter (where is_other and place > 1)               as switches,
           greatest(count(*) filter (where role = 'contact') - 1, 0)    as repeats
    from turn
    group by map_id, journey_id
),
fate as (
    select promise_id, map_id, journey_id, bool_or(verdict = 'broken') as is_broken
    from verdict
    where verdict in ('kept', 'broken') and journey_id is not null and (journey_id & :mask) = 0
    group by promise_id, map_id, journey_id
)

select f.promise_id, f.is_broken,
       count(*)                     as journeys,
       as_bigint(coalesce(sum(l.switches), 0)) as switches,
       as_bigint(coalesce(sum(l.repeats), 0))  as repeats
from fate as f
left join lived as l on l.map_id = f.map_id and l.journey_id = f.journey_id
group by f.promise_id, f.is_broken
order by f.promise_id, f.is_broken
