"""A proposal says what a careful reader of the file would say, and its text is always a mapping."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from parcours.lake import open_engine
from parcours.signal.headings import KEPT_WORDS, as_expression
from parcours.signal.mapping import Source
from parcours.signal.proposing import Column, Proposal, Sure, Surroundings, propose
from parcours.signal.rendering import Origin, render, scalar

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from parcours.signal.proposing import Guess

ROWS = 100


def column(name: str, *values: str | None, kind: str = "VARCHAR") -> Column:
    """A column whose values are repeated until there are a hundred."""
    filled = [values[number % len(values)] for number in range(ROWS)]
    return Column(name, as_expression((name,)), kind, filled)


def numbered(name: str, text: str = "{}") -> Column:
    """A column whose values all differ."""
    return Column(name, as_expression((name,)), "VARCHAR", [text.format(number) for number in range(ROWS)])


def proposed(*columns: Column, source: str = "file", whole: bool = True) -> Proposal:
    """What is proposed for these columns."""
    return propose(columns, Surroundings(source, zone="Europe/Paris", whole=whole))


def by_key(guesses: Iterable[Guess]) -> dict[str, str]:
    """Keys and their expressions."""
    return {guess.key: guess.value for guess in guesses}


def mapping(proposal: Proposal) -> Source:
    """The mapping as the product reads it."""
    text = render(proposal, Origin("csv", "data/file.csv", "file.csv", ROWS, whole=True))
    return Source.model_validate(YAML(typ="safe").load(text))


@pytest.mark.parametrize(
    ("values", "expression"),
    [
        (("2026-09-12 10:00:00", "2026-09-13T11:30:00"), "t_at"),
        (("2026-09-12", "2026-09-13"), "t_at"),
        (("12/09/2026 14:05", "31/12/2026 09:00"), "try_strptime(trim(t_at), '%d/%m/%Y %H:%M')"),
        (("12/31/2026 2:05 PM", "09/12/2026 9:00 AM"), "try_strptime(trim(t_at), '%m/%d/%Y %I:%M %p')"),
        (("31.12.26", "01.02.26"), "try_strptime(trim(t_at), '%d.%m.%y')"),
        (("31/12/2026 14h05", "30/12/2026 09h00"), "try_strptime(trim(t_at), '%d/%m/%Y %Hh%M')"),
        (("5-Jan-2026", "17-Feb-2026"), "try_strptime(trim(t_at), '%d-%b-%Y')"),
        (("19970118", "19970202"), "try_strptime(trim(t_at), '%Y%m%d')"),
        (("1788704760", "1788708420"), "t_at"),
        (("1788704760000", "1788708420000"), "t_at"),
        (("1788704760000000", "1788708420000000"), "t_at"),
    ],
)
def test_times_are_read_as_they_are_written(values: tuple[str, str], expression: str) -> None:
    """Each usual way to write a time gives the expression that reads it."""
    assert proposed(column("t_at", *values)).signals[0].at.value == expression


@pytest.mark.parametrize("values", [("12", "40"), ("1788704760", "1788704761")])
def test_numbers_are_no_times_where_the_heading_says_nothing(values: tuple[str, str]) -> None:
    """Ten digits under `quantity` stay a number."""
    proposal = proposed(column("quantity", *values))

    assert not proposal.has_time
    assert by_key(proposal.properties) == {"quantity": "try_cast(trim(quantity) as bigint)"}


def test_an_ambiguous_day_is_said() -> None:
    """Where no day is above 12, the proposal assumes days first and says that it does."""
    proposal = proposed(column("date", "03/04/2026", "05/06/2026"))

    assert proposal.signals[0].at.sure is Sure.LOW
    assert "cannot be told apart" in proposal.notes[0]


def test_another_column_decides_on_day_and_month() -> None:
    """One file writes its dates one way: 12/31 in one column makes 03/04 in the other the fourth of March."""
    proposal = proposed(column("ordered", "03/04/2026"), column("shipped", "12/31/2026"))

    assert {signal.at.value for signal in proposal.signals} == {
        "try_strptime(trim(ordered), '%m/%d/%Y')",
        "try_strptime(trim(shipped), '%m/%d/%Y')",
    }
    assert proposal.notes == ()


def test_naive_times_have_a_zone_marked_as_a_guess_and_offsets_need_none() -> None:
    """A zone is assumed only where a time lacks its offset."""
    naive = proposed(column("at", "2026-09-12 10:00")).zone

    assert naive is not None
    assert (naive.value, naive.sure) == ("Europe/Paris", Sure.LOW)
    assert proposed(column("at", "2026-09-12T10:00:00+02:00")).zone is None


def test_each_time_of_a_row_is_a_signal_but_a_deadline_is_a_property() -> None:
    """An order's row tells what happened, each with its condition; what was promised is kept beside it."""
    proposal = proposed(
        numbered("order_id", "A{}"),
        column("order_purchase_timestamp", "2026-09-12 10:00:00"),
        column("date livraison", "2026-09-14 10:00:00", None),
        column("order_estimated_delivery_date", "2026-09-15 00:00:00"),
    )

    assert [(signal.type.value, signal.when) for signal in proposal.signals] == [
        ("order.placed", "order_purchase_timestamp is not null"),
        ("order.delivered", '"date livraison" is not null'),
    ]
    assert by_key(proposal.properties) == {"order_estimated_delivery_date": "order_estimated_delivery_date"}


def test_a_date_and_an_hour_in_two_columns_are_one_time() -> None:
    """Tills write `Date` and `Heure`; the signal has both."""
    proposal = proposed(column("Date", "31/12/2026"), column("Heure", "14:05"))

    expected = "try_strptime(trim(trim(Date) || ' ' || trim(Heure)), '%d/%m/%Y %H:%M')"
    assert proposal.signals[0].at.value == expected


def test_words_for_no_time_do_not_count_as_a_time() -> None:
    """`NULL` under a time means that it has not happened."""
    proposal = proposed(
        column("paid_at", "2026-09-12 10:00"), column("delivered_at", "2026-09-14 10:00", "NULL")
    )

    assert proposal.signals[1].when == "delivered_at not in ('NULL')"


def test_an_activity_column_is_the_type_and_other_times_are_properties() -> None:
    """An event log gives one signal a row."""
    proposal = proposed(
        column("case:concept:name", *(f"case {number}" for number in range(9))),
        column("concept:name", "Repair received", "Réparation rendue"),
        column("time:timestamp", "2026-09-12T10:00:00Z"),
        column("case:startdate", "2026-09-11T10:00:00Z"),
    )

    assert len(proposal.signals) == 1
    assert proposal.signals[0].at.value == '"time:timestamp"'
    assert "concept:name" in proposal.signals[0].type.value
    assert by_key(proposal.objects) == {"case": '"case:concept:name"'}
    assert by_key(proposal.properties) == {"case_startdate": '"case:startdate"'}


def test_identifiers_of_people_and_of_things_are_kept_apart() -> None:
    """French and English headings name the same namespaces, in every file alike."""
    proposal = proposed(
        column("date", "2026-09-12"),
        column("N° client", *(f"C{number}" for number in range(40))),
        column("courriel", *(f"a{number}@example.org" for number in range(40))),
        column("Téléphone", *(f"06 12 34 56 {number}" for number in range(10, 50))),
        column("device_id", *(f"d-{number}" for number in range(40))),
        column("carte_fidelite", *(f"L{number}" for number in range(40))),
        numbered("n° commande", "A{}"),
        column("Magasin", "Lyon", "Paris"),
    )

    assert by_key(proposal.person) == {
        "customer": '"N° client"',
        "email": "courriel",
        "phone": '"Téléphone"',
        "device": "device_id",
        "card_loyalty": "carte_fidelite",
    }
    assert by_key(proposal.objects) == {"order": '"n° commande"', "store": "Magasin"}


def test_a_key_is_the_message_id_only_where_it_is_known_to_be_one() -> None:
    """Order numbers that differ in a sample may repeat in the file; an event id does not."""
    time = column("date", "2026-09-12")

    whole = proposed(time, numbered("order_id", "A{}")).id
    assert whole is not None
    assert whole.value == "order_id"
    assert proposed(time, numbered("order_id", "A{}"), whole=False).id is None
    event = proposed(time, numbered("event_id", "E{}"), whole=False).id
    assert event is not None
    assert event.value == "event_id"


def test_amounts_become_hundredths_with_the_currency_their_sign_tells() -> None:
    """A decimal comma, thousands and a sign of currency are understood."""
    guessed = by_key(
        proposed(column("date", "2026-09-12"), column("Montant TTC", "1 205,50 €", "19,90 €")).properties
    )

    assert guessed.keys() == {"montant_ttc_minor", "currency"}
    assert guessed["currency"] == "'EUR'"


def test_the_expression_of_an_amount_reads_it(tmp_path: Path) -> None:
    """1 205,50 € are 120,550 hundredths, and $2,000.50 are 200,050."""
    engine = open_engine(tmp_path / "spill")
    for texts, hundredths in ((("1 205,50 €", "19,90 €"), 120_550), (("$2,000.50", "$7.00"), 200_050)):
        guess = proposed(column("date", "2026-09-12"), column("price", *texts)).properties[0]
        assert engine.value(f"select {guess.value} from (select '{texts[0]}' as price)") == hundredths
    engine.close()


def test_what_looks_personal_never_becomes_a_property() -> None:
    """Names, addresses and employees are left out by name, with the reason."""
    proposal = proposed(
        column("date", "2026-09-12"),
        column("age", "34", "51"),
        column("login", "lea@example.org", "x1"),
        column("adresse ip", "10.1.2.3"),
        column("vendeur", "Paul", "Anna"),
        column("product_name", "Lamp", "Chair"),
    )

    assert {name for name, _ in proposal.left_out} == {"age", "login", "adresse ip", "vendeur"}
    assert by_key(proposal.properties) == {"product_name": "product_name"}


def test_a_status_of_an_order_told_again_and_again_is_the_type() -> None:
    """Rows that repeat an order with another status and time are its history."""
    proposal = proposed(
        column("order_id", *(f"A{number}" for number in range(30))),
        column("statut", "Payée", "Livrée"),
        column("date", "2026-09-12 10:00"),
    )

    assert proposal.signals[0].type.column == "statut"
    assert proposal.signals[0].type.value.startswith("'order.' || ")


def test_texts_without_a_heading_are_left_out() -> None:
    """A column that nobody named may hold names."""
    proposal = proposed(column("column_1", "Lea", "Max"), column("column_2", "2026-09-12"))

    assert [name for name, _ in proposal.left_out] == ["column_1"]
    assert proposal.has_time


def test_traits_need_a_person() -> None:
    """A postcode is a customer's trait beside a customer, and left out where nobody is named; a seller's city is no trait."""
    postcode, seller = column("code postal", "69001", "75011"), column("seller_city", "Lyon", "Paris")
    date, customer = column("date", "2026-09-12"), numbered("customer_id", "C{}")

    assert by_key(proposed(date, customer, postcode, seller).traits) == {"postcode": '"code postal"'}
    nobody = proposed(date, postcode)
    assert nobody.traits == ()
    assert [name for name, _ in nobody.left_out] == ["code postal"]


def test_what_becomes_one_channel_stays_told_apart_as_a_property() -> None:
    """A checkout that breaks on Android alone must still show, though both telephones are the app."""
    platforms = column("platform", *["ios", "android", "web"] * 20)
    proposal = proposed(platforms, column("date", *["2026-09-12"] * 60))

    assert by_key(proposal.properties) == {"platform": "platform"}
    assert proposal.channel is not None


def test_channels_are_known_by_their_values_and_said_in_our_words() -> None:
    """`Magasin` and `Site web` are store and web, whatever the heading."""
    channel = proposed(
        column("date", "2026-09-12"), column("origine", "Magasin", "Site web", "Téléphone")
    ).channel

    assert channel is not None
    for word, ours in (("magasin", "store"), ("site web", "web"), ("téléphone", "phone")):
        assert f"in ('{word}') then '{ours}'" in channel.value


def test_what_people_wrote_is_text_and_never_a_property() -> None:
    """The longest free text is `text`; a second one is named as an alternative."""
    proposal = proposed(
        column("date", "2026-09-12"),
        numbered("review_title", "Not bad at all {}"),
        numbered("review_text", "I waited an hour at the counter and nobody came {}"),
    )

    assert proposal.text is not None
    assert proposal.text.value == "review_text"
    assert [value for value, _ in proposal.text.others] == ["review_title"]
    assert proposal.properties == ()


def test_without_a_time_the_mapping_says_so_and_still_holds() -> None:
    """Rows without time get the file's day, loudly."""
    proposal = proposed(numbered("product_id", "P{}"), column("weight", "12", "13"))
    text = render(proposal, Origin("csv", "data/file.csv", "file.csv", ROWS, whole=True))

    assert not proposal.has_time
    assert "NO TIME FOUND" in text
    assert "join:" in text
    assert mapping(proposal).signals[0].at == "timestamp '2000-01-01 00:00:00'"


def test_words_sql_keeps_for_itself_are_quoted(tmp_path: Path) -> None:
    """Every word that DuckDB reserves anywhere reads as a column where we write it."""
    engine = open_engine(tmp_path / "spill")
    kept = {
        word
        for (word,) in engine.rows(
            "select keyword_name from duckdb_keywords() where keyword_category <> 'unreserved'"
        )
    }

    assert kept <= KEPT_WORDS
    for word in sorted(KEPT_WORDS):
        written = as_expression((word,))
        assert engine.value(f"select {written} is not null from (select 1 as {written})") is True
    engine.close()


@given(st.text(max_size=40))
def test_a_scalar_reads_back_as_it_was(text: str) -> None:
    """Whatever text is written as YAML is read as the same text."""
    readable = text.encode("utf-8", "ignore").decode()

    assert YAML(typ="safe").load(f"key: {scalar(readable)}") == {"key": readable}


headings = st.text(min_size=1, max_size=30).map(lambda text: text.encode("utf-8", "ignore").decode() or "x")
cells = st.one_of(
    st.none(),
    st.text(max_size=20).map(lambda text: text.encode("utf-8", "ignore").decode()),
    st.sampled_from(
        ["2026-09-12", "31/12/2026 14:05", "1788704760", "19,90 €", "a@b.fr", "web", "true", "7", "NULL"]
    ),
)


@given(
    st.lists(
        st.tuples(
            st.one_of(
                headings,
                st.sampled_from(["date", "order_id", "email", "Nom", "prix", "canal", "status", "when"]),
            ),
            st.lists(cells, min_size=4, max_size=4),
        ),
        max_size=8,
        unique_by=lambda pair: pair[0].lower(),
    )
)
def test_whatever_the_headings_the_mapping_holds(columns: list[tuple[str, list[str | None]]]) -> None:
    """Any headings and values give a mapping that parses and validates, and every column has one place or a reason."""
    made = [Column(name, as_expression((name,)), "VARCHAR", values) for name, values in columns]
    proposal = proposed(*made)
    source = mapping(proposal)

    assert source.source == "file"
    assert len(source.signals) == len(proposal.signals) >= 1
    assert source.person == by_key(proposal.person)
    assert source.set == by_key(proposal.properties)
    told = {name for name, _ in proposal.left_out}
    written = "\n".join(_values(proposal))
    assert all(item.name in told or item.expression in written for item in made)


def _values(proposal: Proposal) -> list[str]:
    """Every expression that a proposal writes, alternatives included."""
    singles = (proposal.id, proposal.channel, proposal.touchpoint, proposal.text)
    guesses = [guess for guess in singles if guess is not None]
    guesses += [guess for signal in proposal.signals for guess in (signal.type, signal.at)]
    guesses += [*proposal.person, *proposal.objects, *proposal.properties, *proposal.traits]
    return [text for guess in guesses for text in (guess.value, *(value for value, _ in guess.others))]
