-- model:  driver_journey
-- grain:  one row per journey of a map whose person is known; of many journeys, a sample
-- unit:   instants in microseconds UTC; score as first given, null where none was; switches: changes of channel; repeats: contacts after the first; *_before: up to that score; hour 0 to 23 and weekday 0 (Monday) in the zone
-- reads:  journey, journey_step, event_role, signal
-- source: docs/explanation/what-drives-it.md

with scored as (
    select s.journey_id, s.occurred_at, property_number(g.properties, 'score') as score,
           row_number() over (partition by s.journey_id order by s.occurred_at, s.ordinal) as place
    from journey_step as s
    join event_role as r on r.type_id = s.type_id and r.role = 'score'
    join signal as g on g.signal_id = s.signal_id
    where s.map_id = :map_id and (s.journey_id & :mask) = 0 and property_number(g.properties, 'score') is not null
),
turn as (
    select s.journey_id, s.occurred_at, r.role, f.occurred_at as scored_at,
           s.channel_id is distinct from lag(s.channel_id) over (partition by s.journey_id order by s.occurred_at, s.ordinal) as is_other,
           row_number() over (partition by s.journey_id order by s.occurred_at, s.ordinal) as place
    from journey_step as s
    left join event_role as r on r.type_id = s.type_id
    left join scored as f on f.journey_id = s.journey_id and f.place = 1
    where s.map_id = :map_id and (s.journey_id & :mask) = 0 and s.channel_id is not null and r.role is distinct from 'score'
),
lived as (
    select journey_id,
           count(*) filter (where is_other and place > 1)                                               as switches,
           count(*) filter (where is_other and place > 1 and occurred_at < scored_at)                   as switches_before,
           greatest(count(*) filter (where role = 'contact') - 1, 0)                                    as repeats,
           greatest(count(*) filter (where role = 'contact' and occurred_at < scored_at) - 1, 0)        as repeats_before
    from turn
    group by journey_id
)

select j.journey_id, j.person_id, j.started_at, j.ended_at,
       hour(local_time(j.started_at, :zone))       as hour,
       isodow(local_time(j.started_at, :zone)) - 1 as weekday,
       f.occurred_at as scored_at, f.score,
       coalesce(l.switches, 0) as switches, coalesce(l.switches_before, 0) as switches_before,
       coalesce(l.repeats, 0) as repeats, coalesce(l.repeats_before, 0) as repeats_before
from journey as j
left join lived as l on l.journey_id = j.journey_id
left join scored as f on f.journey_id = j.journey_id and f.place = 1
where j.map_id = :map_id and j.person_id is not null and (j.journey_id & :mask) = 0
order by j.journey_id
