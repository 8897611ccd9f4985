"""What was listened to, hour by hour: the rhythm of each source at each place, and the silences that the rhythm does not explain.

Question: when could somebody have been heard? A till that is silent on a Sunday is closed, one silent on a Saturday at three is deaf.
Reads: lake table `signal` (model `heard_hour`); public holidays of the brand's calendars.
Writes: nothing; a run keeps the silences in its manifest, and promises whose window they touch are not observable.
Flow: `hearing` (streams and their silences) -> `rhythm` (what to expect) and `silence` (what chance says) ; `spans` (times in which it matters).
"""

from parcours.gap.listening.hearing import Hearing, Stream, listen, odd_days, place_word, quiet_since
from parcours.gap.listening.spans import Silence, changed_spans

__all__ = ["Hearing", "Silence", "Stream", "changed_spans", "listen", "odd_days", "place_word", "quiet_since"]
