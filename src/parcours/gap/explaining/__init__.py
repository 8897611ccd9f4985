"""Why one verdict is what it is: what started it, by when, what was looked for and found, and what would have changed it.

Question: can whom a verdict concerns follow it step by step, down to the rows of the files?
Reads: lake tables `verdict`, `signal`, `object`; what the judging queries themselves knew of the verdict, asked again for its unit alone.
Writes: nothing.
Flow: `replaying` (the evaluator's own rows, and what it looked at) -> `telling` (an `Explanation`: data, no words) -> `wording` (sentences).
"""

from parcours.gap.explaining.reading import Asked, explain
from parcours.gap.explaining.types import Explanation, as_json

__all__ = ["Asked", "Explanation", "as_json", "explain"]
