-- model:  temporal_deviation
-- grain:  one row per pair of rows of a journey whose wait lies further from the mean of its nodes than zeta standard deviations
-- unit:   wait_s in seconds
-- reads:  placed_walk, asked_pair
-- source: docs/explanation/declare.md

select a.journey, p.source, p.target, (b.at_us - a.at_us) / 1000000 as wait_s
from placed_walk as a
join placed_walk as b on b.journey = a.journey and b.place > a.place
join asked_pair as p on p.source = a.node and p.target = b.node
where (b.at_us - a.at_us) / 1000000 < p.wait_mean_s - :zeta * p.wait_std_s
   or (b.at_us - a.at_us) / 1000000 > p.wait_mean_s + :zeta * p.wait_std_s
