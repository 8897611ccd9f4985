-- model:  first_told
-- grain:  one row per event whose evidence a file tells
-- unit:   none
-- reads:  event_found, link
-- source: docs/explanation/who-is-who.md

select e.event_id, min(l.file_id) as file_id
from event_found as e
join link as l
  on least(l.token, l.other_token) = least(e.token, e.other_token)
 and greatest(l.token, l.other_token) = greatest(e.token, e.other_token)
 and l.first_at = e.first_at
group by all
