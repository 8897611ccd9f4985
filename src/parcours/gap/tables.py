"""Lake tables that hold what became of promises."""

from parcours.lake import TableSpec

LOGIC = "4"  # raised when the meaning of a derived table changes, so that the next run makes it anew
PRICING = "2"  # raised when the meaning of the table `money` changes, so that the next run prices anew
SLICES = 8

VERDICT = TableSpec(
    "verdict",
    {
        "promise_id": "INTEGER",
        "journey_id": "BIGINT",  # null: about a place and an hour
        "unit_id": "BIGINT",  # what the promise was judged within
        "person_id": "BIGINT",  # null: nobody is known
        "trigger_id": "BIGINT",  # signal that started the promise
        "trigger_at": "BIGINT",  # microseconds UTC
        "deadline_at": "BIGINT",  # end of the window; null: open, or nobody can say
        "target_id": "BIGINT",  # signal that decided, or came too late; null: none
        "target_at": "BIGINT",
        "verdict": "VARCHAR",  # kept, broken, pending, unobservable, waived, contested
        "part_id": "BIGINT",  # the part it is about; null: the promise has no `each`, or nobody names a part
        "from_at": "BIGINT",  # start of a slot, of a window that looks back, or of an hour of a place; null: the trigger starts the window
        "found": "DOUBLE",  # how many, or how much together, in the window; null: neither counted nor added up
        "asked": "DOUBLE",  # how many at most, or how much at least; null with `found`, or the trigger does not say
        "original_deadline_at": "BIGINT",  # before it was revised; null: it was not
        "original_verdict": "VARCHAR",  # what became of the promise as it was first made; null: it was not revised
        "denied_id": "BIGINT",  # signal that denies what the record says was kept; null: none
        "week": "INTEGER",  # ISO week of the trigger in the workspace's time zone, as 202637
        "weight": "DOUBLE",  # how many cases of the population it stands for
        **{
            f"slice_{number}": "VARCHAR" for number in range(SLICES)
        },  # in the order of the map's slices; null: not known
        "map_id": "INTEGER",
        "layer": "INTEGER",  # as of its journey
    },
    partition=("map_id", "layer"),
)

SUPERSEDED = TableSpec(
    "superseded",  # journeys of the settled layer that count no more: what became of them lies in the recent one
    {"journey_id": "BIGINT", "map_id": "INTEGER"},
    partition=("map_id",),
)

GAP = TableSpec(
    "gap",
    {
        "promise_id": "INTEGER",
        "map_id": "INTEGER",
        "dimension": "VARCHAR",  # null: no slice
        "value": "VARCHAR",
        "week": "INTEGER",  # null: all time
        "people": "BIGINT",
        "eligible": "BIGINT",
        "kept": "BIGINT",
        "broken": "BIGINT",
        "pending": "BIGINT",
        "unobservable": "BIGINT",
        "waived": "BIGINT",
        "contested": "BIGINT",
        "kept_ratio": "DOUBLE",  # kept / (kept + broken); null: neither
        "low": "DOUBLE",  # ratio; the unobservable counted broken
        "high": "DOUBLE",  # ratio; the unobservable counted kept
        "weight_kept": "DOUBLE",
        "weight_broken": "DOUBLE",
        "weight_unobservable": "DOUBLE",
        "weight_squared": "DOUBLE",  # sum of squared weights of kept, broken and unobservable
        "score_kept": "DOUBLE",  # mean score given in journeys where it was kept; null: none given
        "scores_kept": "BIGINT",
        "score_broken": "DOUBLE",
        "scores_broken": "BIGINT",
    },
)

MONEY = TableSpec(
    "money",
    {
        "promise_id": "INTEGER",
        "map_id": "INTEGER",
        "currency": "VARCHAR",  # of all amounts of the row; null: nothing carries an amount
        "horizon_days": "DOUBLE",  # how far ahead people were looked at
        "retention_days": "DOUBLE",  # how far ahead lost customers are priced, from the promise on
        "weeks": "DOUBLE",  # from the first such promise to the last
        "broken": "DOUBLE",  # cases of the population
        "known_broken": "BIGINT",  # broken promises of known people: effects are counted for these
        "direct_minor": "BIGINT",  # null: the map gives no cost, or in another currency
        "contacts": "DOUBLE",  # contacts caused; null: not estimable
        "contacts_minor": "BIGINT",  # null: not estimable, or no cost of a contact is given
        "sales_minor": "BIGINT",  # null: not estimable
        "retention_minor": "BIGINT",  # null: not estimable
        "total_minor": "BIGINT",  # of what is known; null: nothing is
        "low_minor": "BIGINT",  # 90 % interval
        "high_minor": "BIGINT",
        "let_downs": "BIGINT",  # of which it is the dearest promise
        "in_total_minor": "BIGINT",  # what it adds to the total of all promises
        "is_estimable": "BOOLEAN",
        "why": "VARCHAR",  # code of the reason; null: estimable
        "checks": "VARCHAR",  # JSON: effects per broken promise with intervals, also by slice, and every check
    },
)
