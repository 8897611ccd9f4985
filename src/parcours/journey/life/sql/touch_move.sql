-- model:  touch_move
-- grain:  one row per pair of touches that follow one another in an episode; a null source is its start, a null target its end
-- unit:   count in moves; is_converted: the episode ends with an outcome, null where it goes on
-- reads:  episode
-- source: docs/explanation/lived-journeys.md

with touched as (
    select node, outcome_us,
           row_number() over way as place,
           lead(node) over way as next_node
    from episode
    where not is_outcome
    window way as (partition by person_id, episode order by at_us, ordinal)
),
touching as (
    select distinct person_id, episode
    from episode
    where not is_outcome
)

select node as source, next_node as target,
       case when next_node is null then outcome_us is not null end as is_converted, count(*) as count
from touched
group by 1, 2, 3
union all
select null, node, null, count(*)
from touched
where place = 1
group by node
union all
select null, null, true, count(*)
from episode as e
left join touching as t on t.person_id = e.person_id and t.episode = e.episode
where e.is_outcome and t.person_id is null
having count(*) > 0
