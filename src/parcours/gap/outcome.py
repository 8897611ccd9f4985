"""What can become of a promise, as a verdict's SQL says it."""

from __future__ import annotations

VERDICTS = ("kept", "broken", "pending", "unobservable", "waived", "contested")
# Codes of a byte from the start: to turn the text of each verdict into one costs more than to find the verdict.
VERDICT_CODE = f"enum {VERDICTS}"
KEPT, BROKEN, PENDING, UNOBSERVABLE, WAIVED, CONTESTED = (f"'{name}'::{VERDICT_CODE}" for name in VERDICTS)
