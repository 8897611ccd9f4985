-- model:  store_part
-- grain:  one row per store, way to a purchase and currency
-- unit:   purchases in purchases; value_minor in hundredths of the currency; store_id an object
-- reads:  purchase_way
-- source: docs/explanation/lived-journeys.md

select store_id, way, currency, count(*) as purchases, coalesce(sum(value_minor), 0) as value_minor
from purchase_way
where store_id is not null
group by store_id, way, currency
order by store_id, way, currency nulls last
