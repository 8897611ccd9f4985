-- model:  persona_way
-- grain:  one row per persona, map and way through its steps, the commonest first; 0: none of these
-- unit:   journeys in journeys, of_all those of the persona on the map
-- reads:  journey, journey_step, persona_person
-- source: docs/explanation/personas.md

with way as (
    select s.map_id, s.journey_id, list_in_order(s.step_id, s.occurred_at, s.ordinal) as path
    from journey_step as s
    where s.step_id is not null
    group by s.map_id, s.journey_id
),
counted as (
    select p.persona, j.map_id, w.path, count(*) as journeys
    from journey as j
    join persona_person as p on p.person_id = j.person_id
    join way as w on w.map_id = j.map_id and w.journey_id = j.journey_id
    group by p.persona, j.map_id, w.path
),
ranked as (
    select persona, map_id, path, journeys,
           sum(journeys) over (partition by persona, map_id) as of_all,
           row_number() over (partition by persona, map_id order by journeys desc, path) as place
    from counted
)

select persona, map_id, path, journeys, of_all
from ranked
where place = 1
order by persona, of_all desc, map_id
