-- model:  timeless
-- grain:  one row per signal that happened at an instant nobody can read
-- unit:   occurred_at is always null; ordinal is rank of the file << file_shift | place in it
-- reads:  undated, file_rank, person_token
-- source: docs/adr/0007-what-a-verdict-means.md

select s.signal_id, s.source_id, s.type_id, s.channel_id, s.touchpoint_id, s.occurred_at, s.source_row, s.token,
       s.weight, s.objects, s.properties, s.file_id,
       p.person_id,
       (r.rank << :file_shift) + s.source_row as ordinal
from undated as s
join file_rank as r on r.file_id = s.file_id
left join person_token as p on p.token = s.token
