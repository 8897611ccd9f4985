"""What a column's heading says, in French and English: its words, the namespace it identifies, the signal it dates."""

from __future__ import annotations

import re
import unicodedata


def word_set(text: str) -> frozenset[str]:
    """The words of a text, parted by blanks: how lists of words are written here."""
    return frozenset(text.split())


_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*", re.IGNORECASE)

# Words that DuckDB keeps for itself in some place of an expression (`duckdb_keywords()`, all but the unreserved; a test compares), and
# names of values it computes.
KEPT_WORDS = word_set("""all analyse analyze and anti any array as asc asof asymmetric at authorization between bigint binary bit boolean both by case cast
    char character check coalesce collate collation column columns concurrently constraint create cross current_catalog current_date
    current_role current_schema current_time current_timestamp current_user dec decimal default deferrable desc describe distinct do else
    end except exists extract false fetch float for foreign freeze from full generated glob group grouping grouping_id having ilike in
    initially inner inout int integer intersect interval into is isnull join lambda lateral leading left like limit localtime
    localtimestamp map national natural nchar none not notnull null nullif numeric offset on only or order out outer overlaps overlay pivot
    pivot_longer pivot_wider placing position positional precision primary qualify real references returning right row rowid select semi
    session_user setof show similar smallint some struct substring summarize symmetric table tablesample then time timestamp to trailing
    treat trim true try_cast tuple union unique unpack unpivot user using values varchar variadic verbose when where window with
    xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable""")

ID_WORDS = word_set(
    "id ids identifier identifiant no nr num numero number nbr code ref reference key cle uuid guid hash unique external uid n"
)
TIME_WORDS = word_set(
    "date datetime time timestamp ts at on when heure jour day horodatage horodate epoch utc dt moment instant creation le"
)
HOUR_WORDS = word_set("heure time hour heures hours hms")
DEADLINE_WORDS = word_set("""estimated estimate promised promise expected due deadline eta limit planned scheduled prevu prevue promis promise echeance estimee
    estime limite expiry expires expiration expire until target annonce annoncee attendu attendue souhaite souhaitee requested_for""")
BOOKKEEPING_WORDS = word_set(
    "updated update modified modification maj inserted loaded load export exported extract extraction sync synced ingested etl import"
)
PERSONS = {
    "customer": "customer",
    "customers": "customer",
    "cust": "customer",
    "client": "customer",
    "clients": "customer",
    "buyer": "customer",
    "acheteur": "customer",
    "shopper": "customer",
    "user": "user",
    "utilisateur": "user",
    "account": "account",
    "compte": "account",
    "member": "loyalty",
    "membre": "loyalty",
    "adherent": "loyalty",
    "loyalty": "loyalty",
    "fidelite": "loyalty",
    "card": "card",
    "carte": "card",
    "device": "device",
    "appareil": "device",
    "idfa": "device",
    "gaid": "device",
    "cookie": "cookie",
    "visitor": "cookie",
    "visiteur": "cookie",
    "anonymous": "cookie",
    "contact": "contact",
    "subscriber": "subscriber",
    "abonne": "subscriber",
    "patient": "patient",
    "person": "person",
    "personne": "person",
}
OBJECTS = {
    "order": "order",
    "orders": "order",
    "commande": "order",
    "cmd": "order",
    "ticket": "ticket",
    "receipt": "receipt",
    "invoice": "invoice",
    "facture": "invoice",
    "parcel": "parcel",
    "colis": "parcel",
    "shipment": "parcel",
    "tracking": "parcel",
    "expedition": "parcel",
    "return": "return",
    "retour": "return",
    "rma": "return",
    "product": "product",
    "produit": "product",
    "article": "product",
    "sku": "product",
    "ean": "product",
    "gtin": "product",
    "asin": "product",
    "item": "item",
    "clothing": "product",
    "app": "app",
    "store": "store",
    "shop": "store",
    "magasin": "store",
    "boutique": "store",
    "site": "store",
    "outlet": "store",
    "session": "session",
    "visit": "visit",
    "visite": "visit",
    "campaign": "campaign",
    "campagne": "campaign",
    "case": "case",
    "dossier": "case",
    "seller": "seller",
    "vendor": "seller",
    "review": "review",
    "avis": "review",
    "payment": "payment",
    "paiement": "payment",
    "basket": "basket",
    "panier": "basket",
    "cart": "basket",
    "complaint": "complaint",
    "reclamation": "complaint",
    "call": "call",
    "appel": "call",
    "incident": "incident",
    "transaction": "transaction",
    "subscription": "subscription",
    "abonnement": "subscription",
    "booking": "booking",
    "reservation": "booking",
}
STAFF_WORDS = word_set("""resource responsible employee employe agent vendeur conseiller operator operateur staff cashier caissier associate adviser advisor creator editor approver inserter
    assignee manager""")
ACTIVITIES = frozenset(
    {
        ("concept", "name"),
        ("activity",),
        ("activity", "name"),
        ("activite",),
        ("event",),
        ("event", "name"),
        ("event", "type"),
        ("type", "evenement"),
        ("evenement",),
        ("nom", "evenement"),
        ("action",),
        ("etape",),
        ("ocel", "activity"),
    }
)
STATUSES = word_set("status statut state etat")
CHANNELS = word_set("channel canal medium platform plateforme")
TOUCHPOINTS = word_set("touchpoint page screen ecran")
SCORES = word_set("score rating note stars star etoiles etoile nps csat satisfaction grade")
AMOUNTS = word_set("""amount montant price prix total revenue value valeur ca ttc ht cost cout spend depense dollar euro eur fee frais amt paid paye
    subtotal remise discount sales turnover expense""")
NOT_MONEY = word_set(
    "qty quantity quantite count nb number cm kg g mm duration duree rate rates taux probability page lenght length pages score ratio"
)
TEXTS = word_set("""comment commentaire comments commentaires message text texte verbatim avis body feedback description content contenu remarque
    remarques note notes sentence phrase review reponse answer question title titre subject objet""")
TITLES = word_set("title titre subject objet")
FEELINGS = word_set("message text texte verbatim comment commentaire content body review avis")
PERSONAL_WORDS = word_set("""nom name prenom firstname lastname surname address adresse ip iban ssn nir soc sec birth naissance dob latitude longitude lat lng lon
    gender sexe age civilite marital religion ethnicity passport licence siret password email mail phone telephone tel street rue suburb""")
_PERSON_NAME_WORDS = word_set(
    "first last full family given sur contact user agent display middle maiden complet famille"
)
TRAIT_OF = {
    ("given", "name"): "given_name",
    ("first", "name"): "given_name",
    ("firstname",): "given_name",
    ("forename",): "given_name",
    ("prenom",): "given_name",
    ("family", "name"): "family_name",
    ("last", "name"): "family_name",
    ("lastname",): "family_name",
    ("surname",): "family_name",
    ("nom",): "family_name",
    ("nom", "famille"): "family_name",
    ("nom", "de", "famille"): "family_name",
    ("dob",): "birth_date",
    ("birth", "date"): "birth_date",
    ("birthdate",): "birth_date",
    ("birthday",): "birth_date",
    ("date", "of", "birth"): "birth_date",
    ("date", "naissance"): "birth_date",
    ("date", "de", "naissance"): "birth_date",
    ("street",): "street",
    ("address",): "street",
    ("address", "1"): "street",
    ("address1",): "street",
    ("adresse",): "street",
    ("adresse", "1"): "street",
    ("rue",): "street",
    ("postcode",): "postcode",
    ("zip",): "postcode",
    ("zip", "code"): "postcode",
    ("zip", "code", "prefix"): "postcode",
    ("postal", "code"): "postcode",
    ("code", "postal"): "postcode",
    ("cp",): "postcode",
    ("city",): "city",
    ("ville",): "city",
    ("town",): "city",
    ("commune",): "city",
    ("country",): "country",
    ("pays",): "country",
    ("email",): "email",
    ("mail",): "email",
    ("phone",): "phone",
    ("telephone",): "phone",
}
EMAIL_WORDS = word_set("email mail courriel emails")
PHONE_WORDS = word_set("phone telephone tel mobile portable gsm msisdn")
# Word of a heading or a file name -> verb of the signal type.
VERBS = {
    "purchase": "placed",
    "purchased": "placed",
    "placed": "placed",
    "achat": "placed",
    "ordered": "placed",
    "commande": "placed",
    "order": "placed",
    "approved": "approved",
    "approval": "approved",
    "validation": "approved",
    "confirmed": "confirmed",
    "confirmation": "confirmed",
    "paid": "paid",
    "payment": "paid",
    "paiement": "paid",
    "paye": "paid",
    "invoiced": "invoiced",
    "facture": "invoiced",
    "facturation": "invoiced",
    "shipped": "shipped",
    "shipping": "shipped",
    "ship": "shipped",
    "dispatched": "shipped",
    "expedition": "shipped",
    "expedie": "shipped",
    "envoi": "shipped",
    "delivered": "delivered",
    "delivery": "delivered",
    "livraison": "delivered",
    "livre": "delivered",
    "ready": "ready",
    "prepared": "prepared",
    "preparation": "prepared",
    "collected": "collected",
    "pickup": "collected",
    "picked": "collected",
    "retrait": "collected",
    "returned": "returned",
    "return": "returned",
    "retour": "returned",
    "refunded": "refunded",
    "refund": "refunded",
    "remboursement": "refunded",
    "cancelled": "cancelled",
    "canceled": "cancelled",
    "annulation": "cancelled",
    "opened": "opened",
    "open": "opened",
    "ouverture": "opened",
    "closed": "closed",
    "close": "closed",
    "cloture": "closed",
    "fermeture": "closed",
    "resolved": "resolved",
    "resolution": "resolved",
    "answered": "answered",
    "answer": "answered",
    "reponse": "answered",
    "created": "created",
    "creation": "created",
    "started": "started",
    "start": "started",
    "begin": "started",
    "debut": "started",
    "ended": "ended",
    "end": "ended",
    "finished": "ended",
    "fin": "ended",
    "completed": "completed",
    "complete": "completed",
    "signup": "registered",
    "registered": "registered",
    "registration": "registered",
    "inscription": "registered",
    "visited": "visited",
    "viewed": "viewed",
    "sent": "sent",
    "received": "received",
    "reception": "received",
    "updated": "updated",
    "modified": "updated",
    "seen": "seen",
    "call": "received",
    "appel": "received",
}
# What a whole file is about, by a word of its name -> type of its signals where the time's heading says nothing.
FILE_TYPES = {
    "order": "order.placed",
    "orders": "order.placed",
    "commande": "order.placed",
    "commandes": "order.placed",
    "purchases": "order.placed",
    "achats": "order.placed",
    "ventes": "receipt.printed",
    "sales": "receipt.printed",
    "transactions": "receipt.printed",
    "till": "receipt.printed",
    "caisse": "receipt.printed",
    "receipts": "receipt.printed",
    "review": "feedback.given",
    "reviews": "feedback.given",
    "avis": "feedback.given",
    "survey": "feedback.given",
    "enquete": "feedback.given",
    "feedback": "feedback.given",
    "payments": "order.paid",
    "paiements": "order.paid",
    "returns": "return.requested",
    "retours": "return.requested",
    "tickets": "ticket.opened",
    "reclamations": "complaint.opened",
    "complaints": "complaint.opened",
    "chat": "contact.opened",
    "calls": "call.received",
    "appels": "call.received",
    "sessions": "session.started",
    "visits": "session.started",
    "visites": "session.started",
    "pageviews": "page.viewed",
    "clicks": "page.clicked",
    "deliveries": "order.delivered",
    "livraisons": "order.delivered",
    "customers": "person.identified",
    "clients": "person.identified",
    "crm": "person.identified",
}
FILE_CHANNELS = {
    "web": "web",
    "online": "web",
    "site": "web",
    "internet": "web",
    "app": "app",
    "till": "store",
    "caisse": "store",
    "store": "store",
    "stores": "store",
    "magasin": "store",
    "pos": "store",
    "kiosk": "kiosk",
    "borne": "kiosk",
    "phone": "phone",
    "call": "phone",
    "calls": "phone",
    "appels": "phone",
    "telephone": "phone",
    "chat": "web",
    "email": "email",
    "delivery": "delivery",
    "livraisons": "delivery",
}
# What people write for a channel -> our word.
CHANNEL_WORDS = {
    "web": "web",
    "website": "web",
    "site": "web",
    "internet": "web",
    "online": "web",
    "site web": "web",
    "en ligne": "web",
    "e-commerce": "web",
    "ecommerce": "web",
    "desktop": "web",
    "app": "app",
    "appli": "app",
    "application": "app",
    "mobile": "app",
    "mobile app": "app",
    "ios": "app",
    "android": "app",
    "store": "store",
    "magasin": "store",
    "in-store": "store",
    "in store": "store",
    "shop": "store",
    "boutique": "store",
    "caisse": "store",
    "till": "store",
    "pos": "store",
    "desk": "store",
    "guichet": "store",
    "phone": "phone",
    "telephone": "phone",
    "tel": "phone",
    "call": "phone",
    "call center": "phone",
    "call centre": "phone",
    "kiosk": "kiosk",
    "borne": "kiosk",
    "email": "email",
    "e-mail": "email",
    "mail": "email",
    "courriel": "email",
    "chat": "chat",
    "sms": "sms",
    "post": "post",
    "courrier": "post",
    "delivery": "delivery",
    "livraison": "delivery",
    "drive": "drive",
    "social": "social",
    "multichannel": "multichannel",
}


def plain_letters(text: str) -> str:
    """Lower case without accents.

    Example:
        >>> plain_letters("Prénom")
        'prenom'
    """
    parts = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in parts if not unicodedata.combining(sign)).lower()


def words_of(heading: str) -> tuple[str, ...]:
    """The words of a heading, lower case, without accents.

    Example:
        >>> words_of("orderDeliveredAt"), words_of("N° de commande")
        (('order', 'delivered', 'at'), ('n', 'de', 'commande'))
    """
    parted = _CAMEL.sub(" ", heading).replace("°", " ").replace("º", " ")
    found = tuple(re.findall(r"[a-z0-9]+", plain_letters(parted)))
    return found[1:] if found[:2] == ("e", "mail") else found


def name_of(heading: str, taken: set[str], fallback: str) -> str:
    """A name that a mapping accepts, made of a heading; added to `taken`.

    Example:
        >>> name_of("Libellé du rayon", set(), "column_1"), name_of("名前", set(), "column_1")
        ('libelle_du_rayon', 'column_1')
    """
    stem = "_".join(re.findall(r"[a-z0-9]+", plain_letters(_CAMEL.sub("_", heading)))) or fallback
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}_{number}", number + 1
    taken.add(name)
    return name


def as_expression(path: tuple[str, ...]) -> str:
    """A column, or a field inside one, as an SQL expression; quoted where it must be.

    Example:
        >>> as_expression(("paid_at",)), as_expression(("user", "id")), as_expression(("Prix TTC",))
        ('paid_at', '"user".id', '"Prix TTC"')
    """
    return ".".join(_quoted(name) for name in path)


def _quoted(name: str) -> str:
    if _PLAIN.fullmatch(name) and name.isascii() and name.lower() not in KEPT_WORDS:
        return name
    return '"' + name.replace('"', '""') + '"'


def singular(word: str) -> str:
    """A word without the `s` of its plural, as far as one letter tells."""
    return word.removesuffix("s") if len(word) > 3 and not word.endswith("ss") else word  # noqa: PLR2004 - `avis` is the shortest


def namespace_of(words: tuple[str, ...], known: dict[str, str]) -> str | None:
    """The namespace of an identifier column, or None where its heading is none of the known kinds.

    The same heading gives the same namespace in every file, so that files meet.

    Example:
        >>> namespace_of(("customer", "unique", "id"), PERSONS), namespace_of(("order", "status"), OBJECTS)
        ('customer_unique', None)
    """
    if not words:
        return None
    if words == ("case", "concept", "name") and known is OBJECTS:  # the trace's name in XES
        return "case"
    rest = [word for word in words if word not in {"de", "du", "la", "le", "d", "l", "the", "of"}]
    named = [word for word in rest if _known(word, known)]
    others = [word for word in rest if not _known(word, known) and word not in ID_WORDS]
    if not named or others:
        return None
    if len(named) == 1 and len(rest) == 1:
        return _known(named[0], known)
    stem = "_".join(dict.fromkeys(_known(word, known) or word for word in named))
    qualifiers = [word for word in rest if word in {"unique", "external"}]
    return "_".join([stem, *qualifiers])


def _known(word: str, known: dict[str, str]) -> str | None:
    return known.get(word) or known.get(singular(word))


def names_an_amount(words: tuple[str, ...]) -> bool:
    """The heading names money: `payment_value`, `montant_ttc`, `totalamount`, but not `value_type`."""
    money = any(word in AMOUNTS or word.endswith(("amount", "price", "montant")) for word in words)
    return money and not set(words) & (NOT_MONEY | {"id", "type"})


def names_staff(words: tuple[str, ...]) -> bool:
    """The heading names an employee, and not something about one."""
    found = set(words)
    if found == {"user", "agent"}:  # a browser
        return False
    if words and words[-1] in STAFF_WORDS:
        return True
    return bool(found & STAFF_WORDS) and found <= STAFF_WORDS | ID_WORDS | {"org", "case", "name", "nom"}


def trait_of(words: tuple[str, ...]) -> str | None:
    """The trait a heading names; `customer_city` is the customer's, `seller_city` nobody's."""
    rest = tuple(word for word in words if word not in PERSONS or len(words) == 1)
    if words and words[0] in OBJECTS:
        return None
    return TRAIT_OF.get(rest)


def names_a_person(words: tuple[str, ...]) -> bool:
    """The heading names something personal: a name of a product is none."""
    found = set(words) & PERSONAL_WORDS
    if found <= {"name", "nom"} and found:
        rest = set(words) - found
        return not rest or bool(rest & (_PERSON_NAME_WORDS | set(PERSONS)))
    return bool(found)


def type_of(words: tuple[str, ...], about: str) -> str | None:
    """The type of the signal that a time column dates; None where its heading says nothing but that it is a time.

    Args:
        words: The heading's.
        about: What the row is about, where the heading does not say.

    Example:
        >>> type_of(("order", "purchase", "timestamp"), "row"), type_of(("date", "livraison"), "order")
        ('order.placed', 'order.delivered')
        >>> type_of(("order", "delivered", "carrier", "date"), "row"), type_of(("created", "at"), "ticket")
        ('order.delivered_carrier', 'ticket.created')
    """
    skipped = {"de", "du", "la", "l", "d", "the", "of", "first", "last", "id", *TIME_WORDS} - {"creation"}
    rest = [word for word in words if word not in skipped]
    verbs = [word for word in rest if word in VERBS]
    if not verbs:
        return None
    best = next((word for word in verbs if word not in OBJECTS), verbs[-1])
    subjects = [word for word in rest if word != best and (word in OBJECTS or word in PERSONS)]
    subject = (
        OBJECTS.get(subjects[0]) or PERSONS[subjects[0]] if subjects and subjects[0] == rest[0] else about
    )
    others = [word for word in rest if word != best and not (subjects and word == subjects[0] == rest[0])]
    return f"{subject}.{'_'.join([VERBS[best], *others])}"
