-- model:  story_signal
-- grain:  one row per signal of one person, or of nobody known in one of their journeys, in the order they were lived
-- unit:   occurred_at in microseconds UTC; source_row as in signal; is_of_journey: the journey that is asked about holds it
-- reads:  seen, term, journey_step
-- source: docs/explanation/what-is-at-stake.md

-- A back office that knows the order and not the customer saw a part of their story too.
with own as (
    select signal_id
    from seen
    where person_id = :person_id
    union
    select j.signal_id
    from journey_step as j
    join seen as s on s.signal_id = j.signal_id
    where j.map_id = :map_id and j.journey_id = :journey_id and s.person_id is null
)

select s.signal_id, s.occurred_at, ty.text as type, ch.text as channel, so.text as source, s.file_id, s.source_row, s.properties,
       o.signal_id is not null as is_of_journey
from own
left join (select distinct signal_id from journey_step where map_id = :map_id and journey_id = :journey_id) as o
       on o.signal_id = own.signal_id
join seen as s on s.signal_id = own.signal_id
join term as ty on ty.kind = 'type' and ty.code = s.type_id
join term as so on so.kind = 'source' and so.code = s.source_id
left join term as ch on ch.kind = 'channel' and ch.code = s.channel_id
order by s.occurred_at, s.ordinal
