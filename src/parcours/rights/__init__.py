"""What people may ask for themselves: to see what is held on them, to have it corrected, to have it erased.

Question: what is held on one person, everywhere, and how does all of it leave, with proof and for good?
Reads: every table of lake and vault, and the source files through their mappings.
Writes: vault tables correction, erasure, tombstone; on erasure, every table that holds the person, and a manifest.
Flow: `holding` (what is theirs) -> `exporting` (all of it, told) or `erasing` (all of it, gone); `correcting` is for a wrong value.
Consent lies with the people it binds: `identity.consent`.
"""
