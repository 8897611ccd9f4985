-- model:  step_place
-- grain:  one row per distance from the anchor and node there
-- unit:   moves in rows of the journey, negative before the anchor; journeys in journeys
-- reads:  move
-- source: docs/explanation/lived-journeys.md

-- The anchor is the first visit of a node; without one, the first row of each journey, or its last.
with aimed as (
    select journey, case when :from_end then max(place) else min(place) end as place
    from move
    where :anchor is null or node = :anchor
    group by journey
)

select m.place - a.place as moves, m.node, count(*) as journeys
from move as m
join aimed as a on a.journey = m.journey
where m.place - a.place between -:before and :after
group by all
order by moves, journeys desc, m.node
