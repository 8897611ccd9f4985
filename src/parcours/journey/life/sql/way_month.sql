-- model:  way_month
-- grain:  one row per way to a purchase, currency and month in the zone
-- unit:   purchases in purchases; value_minor in hundredths of the currency
-- reads:  purchase_way
-- source: docs/explanation/lived-journeys.md

with dated as (
    select way, currency, value_minor, local_time(bought_at, :zone) as moment
    from purchase_way
)

select way, currency, year(moment) * 100 + month(moment) as month,
       count(*) as purchases, coalesce(sum(value_minor), 0) as value_minor
from dated
group by all
order by month, way, currency nulls last
