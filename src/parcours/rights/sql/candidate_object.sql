-- model:  candidate_object
-- grain:  one row per thing of a personal namespace that the person's signals, or their refused rows, are about
-- unit:   none
-- reads:  carrier_object, carried_thing, held_signal, personal_namespace, looked_at
-- source: docs/explanation/rights.md

with spoken_of as (
    select namespace_id, object_id
    from carrier_object
    where signal_id in (select signal_id from held_signal)
    union
    select namespace_id, object_id
    from carried_thing
)

select distinct object_id
from spoken_of
where namespace_id in (select namespace_id from personal_namespace)
  and object_id not in (select object_id from looked_at)
order by object_id
