-- model:  group_figure
-- grain:  one row per typical path, of all journeys it stands for
-- unit:   people in distinct people known; duration_median_s in seconds; example is the journey of the path itself with the duration nearest to the median
-- reads:  move, path_group
-- source: docs/explanation/lived-journeys.md

with lasted as (
    select g.typical, g.journey, g.is_self, min(m.person) as person, (max(m.at_us) - min(m.at_us)) / 1e6 as duration_s
    from move as m
    join path_group as g on g.journey = m.journey
    group by g.typical, g.journey, g.is_self
),
middle as (
    select typical, count(*) as journeys, count(distinct person) as people, exact_quantiles(duration_s, 0.5) as duration_median_s
    from lasted
    group by typical
),
nearest as (
    select l.typical, l.journey,
           row_number() over (partition by l.typical order by abs(l.duration_s - m.duration_median_s), l.journey) as place
    from lasted as l
    join middle as m on m.typical = l.typical
    where l.is_self
)

select m.typical, m.journeys, m.people, m.duration_median_s, n.journey as example
from middle as m
join nearest as n on n.typical = m.typical and n.place = 1
order by m.typical
