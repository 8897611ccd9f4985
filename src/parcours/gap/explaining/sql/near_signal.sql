-- model:  near_signal
-- grain:  one row per signal about some objects, or of some people, in some time
-- unit:   occurred_at, since, until in microseconds UTC; since and until null: any time; ordinal as in seen
-- reads:  seen
-- source: docs/reference/promises.md

select signal_id, source_id, type_id, channel_id, touchpoint_id, occurred_at, source_row, token,
       weight, objects, properties, file_id, person_id, ordinal
from seen
where (list_filter(objects, lambda x: list_contains(:object_ids, x.object_id))[1].object_id is not null
       or list_contains(:person_ids, person_id))
  and (:since is null or occurred_at >= :since)
  and (:until is null or occurred_at <= :until)
