"""What a customer record holds: its fields, and the words that sources write in them."""

from __future__ import annotations

from parcours.signal.tables import TRAITS


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FIELDS = TRAITS  # of a record, in the order of its table

# What people write where they know nothing.
NOTHING = _words(
    "na n/a nan none null nil nc unknown inconnu inconnue anonyme anonymous guest invite test xxx x xx aucun aucune "
    "sans nom prenom name client cliente customer undefined"
)
TITLES = _words("m mr mme mrs ms mlle miss dr me pr prof monsieur madame mademoiselle sir")
# Written or left out at will before a family name.
PARTICLES = _words("de d du des von van der den dos da di del della y et")
# Written together with the family name or apart: Le Gall and Legall, O Brien and Obrien.
PREFIXES = _words("le la les l o mc mac ben el al bou abd saint sainte san st ste")

# Kinds of streets, as they are shortened in French and English addresses.
STREET_WORDS = {
    **dict.fromkeys(("av", "ave", "aven", "avn"), "avenue"),
    **dict.fromkeys(("bd", "bld", "blvd", "boul", "bvd"), "boulevard"),
    **dict.fromkeys(("r",), "rue"),
    **dict.fromkeys(("pl", "plc"), "place"),
    **dict.fromkeys(("ch", "che", "chem"), "chemin"),
    **dict.fromkeys(("rte",), "route"),
    **dict.fromkeys(("imp",), "impasse"),
    **dict.fromkeys(("all",), "allee"),
    **dict.fromkeys(("sq", "sqr"), "square"),
    **dict.fromkeys(("fg", "fbg"), "faubourg"),
    **dict.fromkeys(("qu",), "quai"),
    **dict.fromkeys(("crs",), "cours"),
    **dict.fromkeys(("res", "resid"), "residence"),
    **dict.fromkeys(("lot", "lotiss"), "lotissement"),
    **dict.fromkeys(("bat", "batiment", "bldg"), "building"),
    **dict.fromkeys(("apt", "appt", "app", "appartement", "flat"), "apartment"),
    **dict.fromkeys(("rd",), "road"),
    **dict.fromkeys(("str",), "street"),
    **dict.fromkeys(("dr", "drv"), "drive"),
    **dict.fromkeys(("ln",), "lane"),
    **dict.fromkeys(("ct", "crt"), "court"),
    **dict.fromkeys(("cres", "crs"), "crescent"),
    **dict.fromkeys(("cl",), "close"),
    **dict.fromkeys(("tce", "ter", "terr"), "terrace"),
    **dict.fromkeys(("pde",), "parade"),
    **dict.fromkeys(("hwy",), "highway"),
    **dict.fromkeys(("gdn", "gdns"), "gardens"),
    **dict.fromkeys(("gal", "gl"), "general"),
    **dict.fromkeys(("mal", "ml"), "marechal"),
    **dict.fromkeys(("pdt", "pres"), "president"),
    **dict.fromkeys(("dct", "doct"), "docteur"),
    "ste": "sainte",
    "sts": "saints",
    "stes": "saintes",
}
# Say nothing of which street it is.
STREET_ARTICLES = _words("de du des d la le les l the of a au aux")
CITY_WORDS = {"st": "saint", "ste": "sainte", "mt": "mont"}
CITY_NOISE = _words("cedex le la les l")
