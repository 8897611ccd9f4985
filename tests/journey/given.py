"""A lived map as a retailer would meet it: click and collect, with what nobody had drawn."""

from __future__ import annotations

from hypothesis import strategies as st

from parcours.journey.picture import Chip, Column, Felt, Flow, Lane, LivedMap, Place

_COLUMNS = (
    Column("discover", {"en": "Discover", "fr": "Découvrir"}, ("marketing",)),
    Column("order", {"en": "Order", "fr": "Commander"}, ("e-commerce",), 26 * 60),
    Column("wait", {"en": "Wait", "fr": "Attendre"}, ("store", "marketing"), 108 * 60),
    Column("collect", {"en": "Collect", "fr": "Retirer"}, ("store",), 250 * 60),
    Column("after", {"en": "After", "fr": "Après l\u2019achat"}, ("care",), 3 * 86_400),
)
_LANES = (
    Lane("web", {"en": "Web & app", "fr": "Web et appli"}),
    Lane("message", {"en": "Messages", "fr": "Messages"}),
    Lane("store", {"en": "Store", "fr": "Magasin"}),
    Lane("phone", {"en": "Phone", "fr": "Téléphone"}),
)
_PLACES = (
    Place("page", "page", {"en": "Product page", "fr": "Fiche produit"}, "discover", "web", 41_234, 900),
    Place(
        "campaign",
        "campaign",
        {"en": "Campaign", "fr": "Campagne"},
        "discover",
        "message",
        9_812,
        0,
        optional=True,
    ),
    Place("trial", None, {"en": "In-store trial", "fr": "Essai en magasin"}, "discover", "store", 12_611),
    Place("basket", "basket", {"en": "Basket", "fr": "Panier"}, "order", "web", 27_400, 500),
    Place("pay", "pay", {"en": "Pay online", "fr": "Paiement en ligne"}, "order", "web", 23_900, 1_640),
    Place(
        "by-phone",
        "by-phone",
        {"en": "Order by phone", "fr": "Commande par téléphone"},
        "order",
        "phone",
        1_210,
        60,
    ),
    Place(
        "status", "status", {"en": "Order status", "fr": "Suivi de commande"}, "wait", "web", 14_820, 1_900
    ),
    Place(
        "ready",
        "ready",
        {"en": "Ready notice", "fr": "Avis de mise à disposition"},
        "wait",
        "message",
        22_140,
        1_400,
    ),
    Place("where", None, {"en": "Where is it?", "fr": "Où est ma commande ?"}, "wait", "phone", 3_911, 3_200),
    Place(
        "desk",
        "desk",
        {"en": "Collection desk", "fr": "Comptoir de retrait"},
        "collect",
        "store",
        21_310,
        2_550,
    ),
    Place("locker", "locker", {"en": "Locker", "fr": "Casier automatique"}, "collect", "store", 0),
    Place(
        "beacon",
        "beacon",
        {"en": "Car park sensor", "fr": "Capteur du parking"},
        "collect",
        "message",
        0,
        heard=False,
    ),
    Place(
        "review", "review", {"en": "Review", "fr": "Avis client"}, "after", "web", 2_630, 420, optional=True
    ),
    Place("kiosk", "kiosk", {"en": "Kiosk answer", "fr": "Réponse à la borne"}, "after", "store", 4_120, 610),
    Place(
        "care",
        None,
        {"en": "After-sales call", "fr": "Appel au service après-vente"},
        "after",
        "phone",
        1_930,
        1_610,
    ),
)
_FLOWS = (
    Flow("page", "basket", 24_300, 300, 1_200),
    Flow("basket", "pay", 21_900, 250, 180),
    Flow("pay", "ready", 12_600, 700, 5_400),
    Flow("pay", "status", 10_150, 620, 3_000),
    Flow("ready", "desk", 18_400, 1_350, 9_000),
    Flow("status", "ready", 8_100, 400, 1_500),
    Flow("campaign", "page", 6_900, 0, 90),
    Flow("trial", "basket", 5_300, 90, 86_400),
    Flow("desk", "kiosk", 4_010, 560, 240),
    Flow("status", "where", 2_900, 2_600, 2_400),
    Flow("basket", "page", 2_700, 120, 400),
    Flow("status", "status", 2_600, 300, 3_600),
    Flow("where", "desk", 2_450, 1_990, 5_000),
    Flow("desk", "review", 2_150, 190, 172_800),
    Flow("page", "trial", 1_980, 0, 90_000),
    Flow("campaign", "trial", 1_400, 0, 172_800),
    Flow("status", "desk", 1_300, 210, 6_000),
    Flow("by-phone", "ready", 1_040, 40, 7_000),
    Flow("desk", "care", 1_020, 960, 90_000),
    Flow("ready", "where", 830, 700, 4_000),
    Flow("page", "by-phone", 760, 10, 3_000),
    Flow("kiosk", "care", 520, 470, 80_000),
    Flow("desk", "where", 470, 440, 900),
    Flow("care", "desk", 390, 350, 86_400),
    Flow("page", "desk", 320, 30, 9_000),
    Flow("care", "review", 280, 260, 172_800),
)
_DESIGNED = (
    ("page", "basket"),
    ("campaign", "page"),
    ("basket", "pay"),
    ("by-phone", "ready"),
    ("pay", "status"),
    ("pay", "ready"),
    ("ready", "desk"),
    ("ready", "locker"),
    ("ready", "beacon"),
    ("desk", "kiosk"),
    ("locker", "review"),
    ("desk", "review"),
)
_CHIPS = (
    Chip(
        "same-price",
        {"en": "Shelf price = web price", "fr": "Prix en rayon = prix web"},
        "order",
        0.99,
        0.982,
        0.994,
        18_220,
        310,
        0.95,
        "#same-price",
    ),
    Chip(
        "ready-in-2h",
        {"en": "Ready in two hours", "fr": "Prêt en deux heures"},
        "wait",
        0.936,
        0.921,
        0.948,
        21_900,
        380,
        0.95,
        "#ready-in-2h",
    ),
    Chip(
        "told",
        {"en": "Told when it is ready", "fr": "Prévenu dès que c\u2019est prêt"},
        "wait",
        0.97,
        0.955,
        0.981,
        20_100,
        0,
        None,
        "#told",
    ),
    Chip(
        "served",
        {"en": "Served within five minutes", "fr": "Servi en moins de cinq minutes"},
        "collect",
        0.88,
        0.79,
        0.93,
        4_830,
        2_100,
        0.95,
        "#served",
    ),
    Chip(
        "locker-open",
        {"en": "A locker that opens", "fr": "Un casier qui s\u2019ouvre"},
        "collect",
        None,
        None,
        None,
        0,
        640,
        0.99,
        "#locker-open",
    ),
    Chip(
        "answered",
        {"en": "Answered within a day", "fr": "Réponse sous un jour"},
        "after",
        0.903,
        0.871,
        0.928,
        1_930,
        44,
        0.95,
        "#answered",
    ),
    Chip(
        "no-repeat",
        {"en": "You never have to repeat yourself", "fr": "Vous n\u2019avez jamais à vous répéter"},
        "after",
        0.972,
        0.951,
        0.985,
        1_400,
        0,
        0.9,
        "#no-repeat",
    ),
)
_FELT = (
    Felt("discover", 8.1, 7, 9, 420),
    Felt("order", 8.4, 8, 9, 1_310),
    Felt("wait", 6.3, 4, 8, 2_240),
    Felt("collect", 5.2, 2, 8, 4_120, "They told me to come back on Monday."),
    Felt("after", 7.0, 5, 9, 2_630),
)


def click_and_collect() -> LivedMap:
    """Orders to be collected in a shop: calls that nobody drew, a locker nobody uses, a sensor nobody hears."""
    return LivedMap(
        key="click-and-collect",
        title={"en": "Click and collect", "fr": "Retrait en magasin"},
        columns=_COLUMNS,
        lanes=_LANES,
        places=_PLACES,
        designed=_DESIGNED,
        flows=_FLOWS,
        shown_share=0.94,
        chips=_CHIPS,
        felt=_FELT,
        journeys=23_900,
    )


_WORDS = (
    "suivi",
    "de",
    "commande",
    "avis",
    "retrait",
    "en",
    "magasin",
    "où",
    "est",
    "ma",
    "anticonstitutionnellement",
    "borne",
)


@st.composite
def lived_maps(draw: st.DrawFn) -> LivedMap:
    """Any map: 1 to 12 stages, up to 30 places in 1 to 5 lanes, few or forty million people, words short and long."""
    columns = tuple(
        Column(
            f"c{i}", _said(draw), ("pilote",) * draw(st.integers(0, 2)), draw(st.none() | st.floats(0, 1e7))
        )
        for i in range(draw(st.integers(1, 12)))
    )
    lanes = tuple(Lane(f"l{i}", _said(draw)) for i in range(draw(st.integers(1, 5))))
    most = draw(st.sampled_from([3, 900, 60_000, 40_000_000]))
    places = tuple(_place(draw, i, columns, lanes, most) for i in range(draw(st.integers(0, 30))))
    pairs = st.tuples(*[st.integers(0, max(len(places) - 1, 0))] * 2)
    moves = draw(st.lists(pairs, max_size=20, unique=True)) if places else []
    return LivedMap(
        key="any",
        title=_said(draw),
        columns=columns,
        lanes=lanes,
        places=places,
        designed=tuple((places[a].key, places[b].key) for a, b in moves[:6]),
        flows=tuple(_flow(draw, places[a].key, places[b].key, most) for a, b in moves),
        shown_share=1,
        chips=tuple(_chip(draw, i, columns) for i in range(draw(st.integers(0, 6)))),
        felt=tuple(Felt(c.key, 5.5, 4, 7, 3, "Bof") for c in columns if draw(st.booleans())),
        journeys=most,
    )


def _said(draw: st.DrawFn) -> dict[str, str]:
    return {"en": "Any", "fr": " ".join(draw(st.lists(st.sampled_from(_WORDS), min_size=1, max_size=7)))}


def _place(
    draw: st.DrawFn, index: int, columns: tuple[Column, ...], lanes: tuple[Lane, ...], most: int
) -> Place:
    people = draw(st.integers(0, most))
    return Place(
        key=f"p{index}",
        step=draw(st.sampled_from([None, f"p{index}"])),
        title=_said(draw),
        column=draw(st.sampled_from(columns)).key,
        lane=draw(st.sampled_from(lanes)).key,
        people=people,
        let_down=draw(st.integers(0, people)),
        heard=people > 0 or draw(st.booleans()),
        optional=draw(st.booleans()),
    )


def _flow(draw: st.DrawFn, source: str, target: str, most: int) -> Flow:
    journeys = draw(st.integers(1, most))
    return Flow(source, target, journeys, draw(st.integers(0, journeys)), draw(st.none() | st.floats(0, 1e7)))


def _chip(draw: st.DrawFn, index: int, columns: tuple[Column, ...]) -> Chip:
    kept = draw(st.none() | st.floats(0, 1))
    near = None if kept is None else max(0.0, kept - 0.05), None if kept is None else min(1.0, kept + 0.05)
    goal = draw(st.none() | st.floats(0, 1))
    return Chip(f"q{index}", _said(draw), draw(st.sampled_from(columns)).key, kept, *near, 9, index, goal)
