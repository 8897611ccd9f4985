"""What a walk holds beyond its graph: funnels, step matrices, loops, what two cohorts do otherwise, the few journeys that are typical.

Reads: the view `walk` that `parcours.journey.mining` chooses. Writes nothing: tables are temporary.
Flow: `moves` (the walk, each row with the next) -> one module a question.
"""
