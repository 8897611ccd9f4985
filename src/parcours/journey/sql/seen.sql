-- model:  seen
-- grain:  one row per signal up to the instant of the run
-- unit:   occurred_at in microseconds UTC; ordinal is rank of the file << file_shift | place in it
-- reads:  signal, file_rank, person_token
-- source: docs/adr/0011-what-belongs-to-a-journey.md

select s.signal_id, s.source_id, s.type_id, s.channel_id, s.touchpoint_id, s.occurred_at, s.source_row, s.token,
       s.weight, s.objects, s.properties, s.file_id,
       p.person_id,
       (r.rank << :file_shift) + s.source_row as ordinal
from signal as s
join file_rank as r on r.file_id = s.file_id
left join person_token as p on p.token = s.token
where s.occurred_at <= :as_of
