"""What the parts of a person's file mean: read by whoever asked for it, so in whole words."""

from __future__ import annotations

FORMAT = "parcours.person/1"

# Kind to what it is, and its fields in order with what each says. Instants are ISO 8601 in the workspace's time zone.
MEANING: dict[str, tuple[str, dict[str, str]]] = {
    "identifiers": (
        "What you are known by.",
        {
            "namespace": "Kind of identifier: customer number, e-mail, card, device, order number.",
            "value": "The identifier.",
            "corrected_to": "What you said is right instead; empty: nothing.",
            "first_at": "When it was first seen; empty: no accepted row has it yet.",
        },
    ),
    "signals": (
        "What our systems saw: one row for each thing that happened.",
        {
            "signal": "Number of the row, which other parts of this file refer to.",
            "at": "When it happened; empty: the source's time could not be read.",
            "type": "What happened.",
            "channel": "Web, store, phone and so on.",
            "touchpoint": "Where in the channel.",
            "source": "The system that told it.",
            "objects": "What it was about: kind and number.",
            "properties": "What else the source said of it.",
            "text": "What you wrote or said.",
            "weight": "How many cases like it the row stands for; empty: one.",
            "file": "The file it came from.",
            "row": "The row of that file.",
        },
    ),
    "traits": (
        "What sources know about you.",
        {
            "signal": "The signal it came with.",
            "name": "Which trait.",
            "value": "Its value, as the source has it.",
            "source": "The system that told it.",
            "file": "The file it came from.",
        },
    ),
    "screened": (
        "Properties that looked personal and were kept apart for that.",
        {"signal": "The signal it came with.", "name": "Which property.", "value": "Its value."},
    ),
    "refused": (
        "Rows about you that could not be used.",
        {
            "file": "The file.",
            "line": "The line in it.",
            "reason": "Why it could not be used.",
            "content": "The row; empty: nothing was kept of it.",
        },
    ),
    "consents": (
        "Your answers to whether you may be reached.",
        {
            "namespace": "Kind of the identifier the answer came with.",
            "identifier": "The identifier.",
            "purpose": "What for.",
            "channel": "By which channel; empty: by any.",
            "answer": "given, refused or withdrawn.",
            "at": "When.",
            "wording": "Version of the text you were asked with.",
            "language": "Its language.",
            "source": "Who wrote the answer down.",
            "proof": "Where the proof lies.",
        },
    ),
    "corrections": (
        "What you had corrected.",
        {
            "field": "Which trait or identifier.",
            "value": "What is right.",
            "at": "When it was corrected.",
            "proof": "Where the proof lies.",
        },
    ),
    "journeys": (
        "What you lived, put together from signals.",
        {
            "journey": "Its number, which steps and verdicts refer to.",
            "map": "Kind of journey.",
            "about": "The thing it is about; empty: you.",
            "started_at": "First signal.",
            "ended_at": "Last signal.",
            "closed_at": "When it was over; empty: it is not.",
            "signals": "How many signals it has.",
            "score_sum": "Sum of the scores given in it; empty: none.",
            "score_count": "How many.",
        },
    ),
    "steps": (
        "Your signals as steps of journeys.",
        {
            "journey": "The journey; empty: one that is not yours alone.",
            "map": "Kind of journey.",
            "signal": "The signal.",
            "at": "When.",
            "type": "What happened.",
            "step": "The step of the map it is; empty: none.",
        },
    ),
    "verdicts": (
        "Promises made to you, and what became of them.",
        {
            "map": "Kind of journey.",
            "promise": "Name of the promise.",
            "says": "What was promised. This sentence, and the two instants below, are all the logic there is.",
            "about": "The thing it was promised for; empty: you.",
            "journey": "The journey; empty: one that is not yours alone.",
            "made_at": "When the promise was made.",
            "deadline_at": "When it fell due; empty: open.",
            "settled_at": "When what was promised happened; empty: it did not.",
            "verdict": "kept, broken, pending, unobservable (nobody can say), waived or contested.",
        },
    ),
    "links": (
        "Why these identifiers are taken for one person: they were seen together.",
        {
            "namespace": "Kind of the one.",
            "value": "The one identifier.",
            "other_namespace": "Kind of the other; empty: it came alone.",
            "other_value": "The other; empty: it came alone, or stands for a device many people use.",
            "first_at": "When they were first seen together.",
            "signals": "On how many signals.",
            "file": "The file that says so.",
        },
    ),
    "changes": (
        "When what we take for you changed: identifiers found to be one person's, or not.",
        {
            "at": "When it was found.",
            "what": "Merge: two became one. Split: one became two.",
            "cause": "Why.",
            "namespace": "Kind of the identifier that showed it; empty: none is left.",
            "value": "The identifier; empty: it is not yours, or many people's.",
            "other_namespace": "Kind of what it was seen with.",
            "other_value": "What it was seen with; empty: it is not yours, or many people's.",
        },
    ),
    "others": (
        "Rows of other tables that hold one of your identifiers or signals.",
        {"table": "The table.", "row": "Its columns."},
    ),
}

RETENTION = (
    "Kept until it is erased, or until the source no longer exports it. The files named under `sources` are the "
    "responsible company's own and follow its rules."
)
