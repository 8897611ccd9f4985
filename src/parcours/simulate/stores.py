"""The stores: where they are, who owns them, when they are open, how much of the trade each does."""

from __future__ import annotations

from dataclasses import dataclass

OWN, FRANCHISE = "propre", "franchise"
_CITIES = (
    ("Lyon Part-Dieu", "Lyon", "69003", 26.0),
    ("Bordeaux Lac", "Bordeaux", "33000", 11.0),
    ("Paris Rivoli", "Paris", "75004", 25.0),
    ("Lille Centre", "Lille", "59000", 14.0),
    ("Nantes Atlantis", "Nantes", "44000", 12.0),
    ("Toulouse Capitole", "Toulouse", "31000", 12.0),
    ("Marseille Vieux-Port", "Marseille", "13001", 11.0),
    ("Strasbourg Kléber", "Strasbourg", "67000", 9.0),
    ("Rennes Alma", "Rennes", "35000", 8.0),
    ("Montpellier Comédie", "Montpellier", "34000", 8.0),
    ("Nice Masséna", "Nice", "06000", 8.0),
    ("Grenoble Victor-Hugo", "Grenoble", "38000", 7.0),
    ("Dijon Toison-d'Or", "Dijon", "21000", 6.0),
    ("Tours Nationale", "Tours", "37000", 6.0),
    ("Metz Muse", "Metz", "57000", 5.0),
    ("Rouen Saint-Sever", "Rouen", "76000", 5.0),
    ("Reims Erlon", "Reims", "51100", 5.0),
    ("Angers Fleur-d'Eau", "Angers", "49000", 5.0),
    ("Caen Rives-de-l'Orne", "Caen", "14000", 5.0),
    ("Brest Siam", "Brest", "29200", 4.0),
)
_OPENS, _CLOSES = 9, 20  # hours of the clock on the wall
_OPEN_ON_SUNDAY = "Paris"
ZONES = ("entrance", "desk", "tills", "fitting-rooms")


@dataclass(frozen=True)
class Store:
    """A store.

    Attributes:
        code: As its systems call it.
        name: As people call it.
        network: `propre` or `franchise`; the franchise has a system of its own.
        share: Part of the trade that all stores do; only its share of the sum matters.
        opens: Hour of the clock on the wall.
        closes: Hour of the clock on the wall.
        on_sunday: Open on Sundays.
    """

    code: str
    name: str
    city: str
    postcode: str
    network: str
    share: float
    opens: int = _OPENS
    closes: int = _CLOSES
    on_sunday: bool = False

    @property
    def is_franchise(self) -> bool:
        """It has a system of its own."""
        return self.network == FRANCHISE


def make_stores(count: int) -> tuple[Store, ...]:
    """The first stores of the chain; Lyon comes first, the franchise in Bordeaux second."""
    return tuple(_store(number) for number in range(count))


def _store(number: int) -> Store:
    name, city, postcode, share = _CITIES[number % len(_CITIES)]
    turn = number // len(_CITIES)
    return Store(
        code=f"M{number + 1:03d}",
        name=name if turn == 0 else f"{city} {turn + 1}",
        city=city,
        postcode=postcode,
        network=FRANCHISE if number == 1 else OWN,
        share=share / (1 + turn),
        on_sunday=city == _OPEN_ON_SUNDAY,
    )
