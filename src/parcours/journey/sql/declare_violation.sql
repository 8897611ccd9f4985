-- model:  declare_violation
-- grain:  one row per (constraint_id, journey) that violates it
-- unit:   none
-- reads:  visited_node, asked_constraint
-- source: docs/explanation/declare.md

-- What is asked of journeys with the first node, of journeys with the second, and of journeys without the first.
with forward as (
    select c.constraint_id, v.journey
    from asked_constraint as c
    join visited_node as v on v.node = c.node
    left join visited_node as o on o.journey = v.journey and o.node = c.other
    where c.template = 'absence'
       or (c.template = 'exactly_one' and v.visits > 1)
       or (c.template = 'init' and v.first_place > 1)
       or (c.template = 'noncoexistence' and o.visits is not null)
       or (c.template in ('responded_existence', 'coexistence') and o.visits is null)
       or (c.template in ('response', 'succession') and coalesce(o.last_place < v.last_place, true))
),
backward as (
    select c.constraint_id, o.journey
    from asked_constraint as c
    join visited_node as o on o.node = c.other
    left join visited_node as v on v.journey = o.journey and v.node = c.node
    where (c.template = 'coexistence' and v.visits is null)
       or (c.template in ('precedence', 'succession') and coalesce(v.first_place > o.first_place, true))
),
missing as (
    select c.constraint_id, j.journey
    from asked_constraint as c
    cross join (select distinct journey from visited_node) as j
    left join visited_node as v on v.journey = j.journey and v.node = c.node
    where c.template in ('existence', 'exactly_one', 'init') and v.journey is null
)

select constraint_id, journey
from forward
union all
-- A journey that violates both ways does so once.
select b.constraint_id, b.journey
from backward as b
left join forward as f on f.constraint_id = b.constraint_id and f.journey = b.journey
where f.journey is null
union all
select constraint_id, journey
from missing
