-- model:  cohort_slice
-- grain:  one row per journey of a map whose slice is known; chosen are those with the value
-- unit:   number is the place of the slice in the map, from 0
-- reads:  verdict
-- source: docs/explanation/lived-journeys.md

with sliced as (
    select journey_id,
           case when :number = 0 then slice_0 when :number = 1 then slice_1 when :number = 2 then slice_2 when :number = 3 then slice_3
                when :number = 4 then slice_4 when :number = 5 then slice_5 when :number = 6 then slice_6 else slice_7 end as value
    from verdict
    where map_id = :map_id and journey_id is not null
)

select journey_id as journey, bool_or(value = :value) as is_chosen
from sliced
where value is not null
group by journey_id
