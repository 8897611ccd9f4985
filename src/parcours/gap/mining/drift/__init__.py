"""What has moved in the journeys of a published run, since the last review of their map or over the whole history.

Question: what goes otherwise than it used to, since when, for whom, and what happened about then?
Reads: tables of a published run through `gap.results`; reviews in the vault. Writes reviews.
Flow: `visits` (who came by which node, when, in which slice) -> `counting` (daily counts of what may move) -> `journey.drift` (what did) ->
`telling` (rows, with the journeys behind them); `reviews` and `happened` say against what, and what happened then. ADR-0029.
"""
