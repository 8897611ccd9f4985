-- model:  rule_concern
-- grain:  one row per constraint asked
-- unit:   journeys in journeys: those a constraint says something of, which are all where its first node must, or must not, be visited
-- reads:  placed_walk, asked_constraint
-- source: docs/explanation/declare.md

with visited as (select distinct journey, node from placed_walk),
concerned as (
    select c.constraint_id, v.journey
    from asked_constraint as c
    cross join (select distinct journey from visited) as v
    where c.other is null
    union
    select c.constraint_id, v.journey
    from asked_constraint as c
    join visited as v
      on (v.node = c.node and c.template <> 'precedence')
      or (v.node = c.other and c.template in ('precedence', 'succession', 'coexistence'))
    where c.other is not null
)

select c.constraint_id, count(r.journey) as journeys
from asked_constraint as c
left join concerned as r on r.constraint_id = c.constraint_id
group by c.constraint_id
