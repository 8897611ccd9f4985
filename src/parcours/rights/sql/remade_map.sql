-- model:  remade_map
-- grain:  one row per map with a journey of which a part goes and a part stays
-- unit:   none
-- reads:  journey_step, held_signal, held_journey, term
-- source: docs/explanation/rights.md

with step as (
    select s.map_id, s.signal_id in (select signal_id from held_signal) as is_signal_held,
           h.journey_id is not null                                     as is_journey_held
    from journey_step as s
    left join held_journey as h on h.map_id = s.map_id and h.journey_id = s.journey_id and h.layer = s.layer
)

select distinct t.text as map_name
from step as s
join term as t on t.kind = 'map' and t.code = s.map_id
where s.is_signal_held <> s.is_journey_held
order by map_name
