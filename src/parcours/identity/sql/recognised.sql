-- model:  recognised
-- grain:  one row per source, channel and touchpoint that sent signals
-- unit:   signals and its parts are counts of signals; channel or touchpoint null: the mapping names none
-- reads:  seen, term, person_size
-- source: docs/explanation/accuracy-of-identity.md

with met as (
    select person_id, count(distinct coalesce(channel_id, -1)) as channels
    from seen
    where person_id is not null
    group by person_id
)

select so.text as source, ch.text as channel, tp.text as touchpoint,
       count(*)                                         as signals,
       count(s.token)                                   as identified,
       count(*) filter (where coalesce(p.is_known, false)) as known,
       count(*) filter (where coalesce(m.channels, 0) > 1) as elsewhere
from seen as s
join term as so on so.kind = 'source' and so.code = s.source_id
left join term as ch on ch.kind = 'channel' and ch.code = s.channel_id
left join term as tp on tp.kind = 'touchpoint' and tp.code = s.touchpoint_id
left join person_size as p on p.person_id = s.person_id
left join met as m on m.person_id = s.person_id
group by so.text, ch.text, tp.text
order by signals desc, source, channel, touchpoint
