"""What has moved in lived journeys: from when, until when, for whom, beyond what chance and habit do by themselves.

Question: does something go otherwise than it used to, and is it one thing or several?
Reads: arrays; whoever has journeys counts them by day (`gap.mining.drift` does). Writes nothing.
Flow: `panel` (daily counts of what may move, for whom) -> `scanning` (the stretch of days in which each moved most) -> `parting` (one cause
told once, with its echoes). ADR-0029.
"""
