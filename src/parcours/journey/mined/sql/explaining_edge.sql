-- model:  explaining_edge
-- grain:  one row per transition that explains somebody; a null source is the start of journeys, a null target their end
-- unit:   rank counts transitions from 1, the one with most people first; explained in people whose every transition ranks so high
-- reads:  move
-- source: docs/explanation/lived-journeys.md

-- Nobody known: each journey is somebody.
with taken as (
    select node as source, next_node as target, coalesce(person, journey) as somebody from move
    union
    select null, node, coalesce(person, journey) from move where place = 1
),
edge as (
    select source, target, row_number() over (order by count(*) desc, source nulls first, target nulls first) as rank
    from taken
    group by source, target
),
ranked as (
    select t.source, t.target, t.somebody, e.rank, max(e.rank) over (partition by t.somebody) as needed
    from taken as t
    join edge as e on e.source is not distinct from t.source and e.target is not distinct from t.target
),
satisfied as (
    select needed, count(distinct somebody) as people
    from ranked
    group by needed
),
total as (
    select needed, as_bigint(sum(people) over (order by needed)) as explained, as_bigint(sum(people) over ()) as everybody
    from satisfied
)

select r.source, r.target, min(r.needed) as needed, min(t.explained) as explained, max(t.everybody) as everybody
from ranked as r
join total as t on t.needed = r.needed
group by r.source, r.target
order by needed, r.source nulls first, r.target nulls first
