-- model:  shared_token
-- grain:  one row per identifier that many people share
-- unit:   none
-- reads:  link, shared_name
-- source: docs/explanation/rights.md

select token
from link
where namespace_id in (select namespace_id from shared_name)
union
select other_token as token
from link
where other_namespace_id in (select namespace_id from shared_name)
