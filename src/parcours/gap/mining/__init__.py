"""What a published run lived through, mined when somebody asks: nothing of it is kept, so that a run never pays for it.

Question: what do people really go through, which few journeys cover most of them, and what is each journey like?
Reads: every table of a published run. Writes nothing.
Flow: `choice` (which journeys, whose nodes are called what) -> one module a question, each answering rows that leave as JSON.
"""
