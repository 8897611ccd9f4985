-- model:  temporal_pair
-- grain:  one row per pair of nodes, one visited after the other in some journey, however much lies between
-- unit:   pairs in pairs of rows; wait_mean_s and wait_std_s in seconds, the latter of the sample, 0 where there is one pair
-- reads:  placed_walk
-- source: docs/explanation/declare.md

select a.node as source, b.node as target, count(*) as pairs,
       avg(b.at_us - a.at_us) / 1000000                            as wait_mean_s,
       coalesce(stddev_samp(b.at_us - a.at_us), 0) / 1000000 as wait_std_s
from placed_walk as a
join placed_walk as b on b.journey = a.journey and b.place > a.place
group by a.node, b.node
