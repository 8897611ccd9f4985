-- model:  new_signal
-- grain:  one row per signal that the last published run did not know
-- unit:   as_of and since, the instants of this run and of that one, in microseconds UTC
-- reads:  signal, undated, file_rank, new_file, person_token
-- source: docs/explanation/verdicts-and-intervals.md

-- Few of many are new: so they are chosen before it is looked up whose they are.
with fresh as (
    select signal_id, token, objects
    from signal
    where occurred_at <= :as_of and file_id in (select file_id from new_file)
    union all
    select signal_id, token, objects
    from signal
    where occurred_at > :since and occurred_at <= :as_of
      and file_id not in (select file_id from new_file) and file_id in (select file_id from file_rank)
    union all
    select signal_id, token, objects
    from undated
    where file_id in (select file_id from new_file)
)

select f.signal_id, p.person_id, f.objects
from fresh as f
left join person_token as p on p.token = f.token
