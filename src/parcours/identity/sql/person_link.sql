-- model:  person_link
-- grain:  one row per file and pair of tokens of which one at least is asked about
-- unit:   first_at in microseconds UTC
-- reads:  link, asked_token
-- source: docs/explanation/who-is-who.md

select l.token, l.namespace_id,
       coalesce(l.other_token, l.token)               as other_token,
       coalesce(l.other_namespace_id, l.namespace_id) as other_namespace_id,
       l.first_at, l.signals, l.file_id
from link as l
where l.first_at <= :as_of
  and (l.token in (select token from asked_token) or l.other_token in (select token from asked_token))
order by l.first_at, l.file_id, l.token, l.other_token
