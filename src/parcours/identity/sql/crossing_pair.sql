-- model:  crossing_pair
-- grain:  one row per two channels that some journey met, the most frequent first
-- unit:   before and after are counts of journeys: of identifiers alone, and of people; a channel null: the mapping names none
-- reads:  stay, term
-- source: docs/explanation/accuracy-of-identity.md

select a.text as channel, b.text as other_channel,
       count(*) filter (where not s.is_resolved) as before,
       count(*) filter (where s.is_resolved)     as after
from stay as s
join stay as o on o.is_resolved = s.is_resolved and o.unit = s.unit and o.journey = s.journey and o.channel_id > s.channel_id
left join term as a on a.kind = 'channel' and a.code = s.channel_id
left join term as b on b.kind = 'channel' and b.code = o.channel_id
group by a.text, b.text
order by after desc, before desc, channel, other_channel
