"""The report says what was found, in both languages, in one file, and gives nobody away."""

from __future__ import annotations

import csv
import dataclasses
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, get_type_hints

import pytest
from jinja2 import Environment, PackageLoader, meta, nodes

from parcours.gap.finding import Basis, Stake
from parcours.gap.results import open_results
from parcours.ui import speak
from parcours.web.report import drivers, money, moved, personas, write_report
from parcours.web.report import page as pages
from parcours.web.report.committee import win_back_words
from parcours.web.report.rendering import Unwritable
from web.given import BROKEN, KEPT, MAP, PROMISE, UNSEEN, Report, report_on, run, write_shop

if TYPE_CHECKING:
    from parcours.kernel.workspace import Workspace

LANGUAGES = ("fr", "en")


def test_the_headline_says_what_breaks_where_and_since_when(template_report: Report) -> None:
    """The planted gap (Lyon, Saturdays 14 to 18 h, since 26 September) is the first sentence, in both languages."""
    english, french = template_report.page("en"), template_report.page("fr")

    assert "Lyon, on Saturdays from 14 to 18 h: “Ready in two hours” is kept 67% of the time." in english
    assert "Since 26 September; before that, 94%." in english
    assert "Lyon, le samedi de 14 h à 18 h : « Prêt en deux heures », tenue 67 % du temps." in french
    assert "Depuis le 26 septembre" in french


def test_the_committee_sees_what_to_decide(template_report: Report) -> None:
    """The planted gap is the first line, open, of the kind execution; both languages say how it was computed."""
    first = {
        language: " ".join(
            " ".join(
                template_report.tree.xpath(f"//*[@id='{language}-committee']//tbody/tr[1]")[0].itertext()
            ).split()
        )
        for language in LANGUAGES
    }

    assert first["en"].startswith(
        "1 Lyon, on Saturdays from 14 to 18 h Ready in two hours · since 26 September"
    )
    assert "execution" in first["en"]
    assert first["en"].endswith("open")
    assert "réalisation" in first["fr"]
    assert "How was this computed?" in template_report.page("en")
    assert "Comment est-ce calculé" in template_report.page("fr")


def test_what_may_be_won_back_says_what_it_rests_on() -> None:
    """An estimate with its interval; a part is called one; of what is not estimable the orders are named; nothing where nothing is beyond reach."""
    stake = Stake(1, 1.0, 2.0, 5_000, 4_000, 6_000, "EUR", Basis.EFFECT, 90_000, "EUR", 2.0, "everywhere")
    unknown = dataclasses.replace(stake, minor=None, low=None, high=None, currency=None, basis=Basis.OTHERS)
    said = [
        win_back_words(item, speak("en"))
        for item in (
            stake,
            dataclasses.replace(stake, basis=Basis.PART),
            unknown,
            dataclasses.replace(stake, cases=0.0),
        )
    ]
    assert said == [
        ("€50.00", "€40.00 to €60.00"),
        ("€50.00", "€40.00 to €60.00, in part: the rest is not estimable"),
        ("orders of €900", "what they lose is not estimable"),
        ("", ""),
    ]


def test_the_story_is_the_planted_customers_saturday(template_report: Report) -> None:
    """C1407's Saturday is told: paid 14:07, nothing at 16:20, the kiosk at 16:31, the phone at 16:52, and silence."""
    times = template_report.tree.xpath(
        "//main[@lang='en']//section[contains(@class,'story')]//li/span[@class='time']/text()"
    )
    story = " ".join(
        template_report.tree.xpath("//main[@lang='en']//section[contains(@class,'story')]")[0].itertext()
    )

    assert times[:4] == ["14:07", "16:07", "16:20", "16:31"]
    assert "Ma commande n'existait pas." in story
    assert (
        "Nothing since: 34 days of silence." in story
    )  # from Monday 12 October 9:31 to Sunday 15 November 23:59


def test_nothing_is_fetched(template_report: Report) -> None:
    """The file needs no other: it opens on a train, and tells nobody that it was opened."""
    tree, text = template_report.tree, template_report.text

    assert not [link for link in tree.xpath("//@src | //link/@href") if not link.startswith("data:")]
    assert not [
        link for link in tree.xpath("//a/@href | //*[local-name()='use']/@href") if not link.startswith("#")
    ]
    assert not re.findall(r"@import|url\((?!#)", text)
    assert len(text.encode()) < 3_000_000


def test_every_link_leads_somewhere_and_no_id_is_there_twice(template_report: Report) -> None:
    """Chips of the picture open the promise they speak of."""
    ids = template_report.tree.xpath("//@id")
    links = [link[1:] for link in template_report.tree.xpath("//@href") if link.startswith("#")]

    assert len(ids) == len(set(ids))
    assert links
    assert set(links) <= set(ids)


def test_every_picture_has_words(template_report: Report) -> None:
    """A drawing is labelled, or is an ornament of the words beside it; each section with one has a table or a list."""
    pictures = template_report.tree.xpath("//main//*[local-name()='svg']")

    assert pictures
    for picture in pictures:
        named = picture.get("aria-label") or picture.get("aria-labelledby")
        assert named or picture.get("aria-hidden") == "true"
    for section in template_report.tree.xpath(
        "//section[.//div[@class='picture' or contains(@class,'picture ')]]"
    ):
        assert section.xpath(".//table")


def test_the_figures_are_those_of_gaps(template_shop: Workspace, template_report: Report) -> None:
    """Each promise's share in the report is kept / (kept + broken) of `gaps`, to a tenth of a per cent."""
    with open_results(template_shop) as results:
        rows = [row for row in results.gaps() if not row["slice"] and row["period"] is None]

    for row in rows:
        place = template_report.tree.xpath(
            f"//li[@id='en-gap-{row['map']}-{row['promise']}']//span[contains(@class,'kept')]"
        )
        shown = "".join(place[0].itertext())
        assert f"{100 * row['kept'] / (row['kept'] + row['broken']):.1f}%" in shown


def test_nobody_is_given_away(template_shop: Workspace, template_report: Report) -> None:
    """No customer number, order number, address or phone of any customer is in the report."""
    folder = template_shop.folder / "data"
    with (folder / "web-orders.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    secrets = {
        row[column] for row in rows for column in ("client", "commande", "email", "telephone", "cookie")
    }
    words = set(re.findall(r"[\w.+@-]+", template_report.text)) | {
        row["telephone"] for row in rows if row["telephone"] in template_report.text
    }

    assert not secrets & words


def test_without_quotes_nobody_is_quoted(template_shop: Workspace, tmp_path: Path) -> None:
    """Who must not pass on what people wrote leaves it out, whole."""
    report = report_on(template_shop, tmp_path / "report.html", with_quotes=False)

    assert not report.tree.xpath("//blockquote")
    assert "existait pas" not in report.text


def test_the_same_run_gives_the_same_bytes(
    template_shop: Workspace, template_report: Report, tmp_path: Path
) -> None:
    """A report can be compared with the one of yesterday."""
    assert report_on(template_shop, tmp_path / "report.html").text == template_report.text


@pytest.mark.parametrize(
    ("rows", "the_map", "english", "french"),
    [
        (
            KEPT,
            MAP + PROMISE,
            "Every promise that could be verified was kept.",
            "Toutes les promesses vérifiables ont été tenues.",
        ),
        (
            KEPT + BROKEN,
            MAP + PROMISE,
            "“Ready in two hours” is kept 67% of the time",
            "« Prêt en deux heures »",
        ),
        (
            UNSEEN,
            MAP + PROMISE,
            "No promise could be verified yet",
            "Aucune promesse n\u2019a encore pu être vérifiée",
        ),
        (KEPT, MAP, "No promise has been written down yet", "Aucune promesse n\u2019est encore écrite"),
        (KEPT, None, "No promise has been written down yet", "Aucune promesse n\u2019est encore écrite"),
        (
            "",
            MAP + PROMISE,
            "No promise could be verified yet",
            "Aucune promesse n\u2019a encore pu être vérifiée",
        ),
    ],
    ids=["all kept", "one broken", "nobody can tell", "no promise", "no map", "no data"],
)
def test_every_state_has_its_sentence(
    rows: str, the_map: str | None, english: str, french: str, tmp_path: Path
) -> None:
    """Whatever was found, the report opens with a sentence that is true of it."""
    shop = write_shop(tmp_path / "shop", rows=rows, the_map=the_map)
    run(shop)
    report = report_on(shop, tmp_path / "report.html")

    assert english in report.page("en")
    assert french in report.page("fr")
    assert "None" not in report.page("en")
    assert "nan" not in report.page("en").split()


def test_what_is_at_stake_is_the_value_of_the_orders_concerned(tmp_path: Path) -> None:
    """Three orders of 10, 20 and 30 euros, the last one late: 30 euros at stake; a fourth of 40 nobody can verify."""
    shop = write_shop(tmp_path / "shop", rows=KEPT + BROKEN + UNSEEN)
    run(shop)
    english = report_on(shop, tmp_path / "report.html").page("en")

    assert "At stake €30.00" in english
    assert "up to €40.00 more could not be verified" in english


def test_a_sample_is_told_as_what_it_stands_for(tmp_path: Path) -> None:
    """Two kept orders that stand for nine each and a broken one for two: 18 of 20 are kept, and 2 x 30 euros at stake."""
    shop = write_shop(tmp_path / "shop", rows=KEPT + BROKEN)
    mapping = shop.folder / "sources" / "orders.yaml"
    mapping.write_text(
        mapping.read_text("utf-8") + "weight: \"case when no = 'o3' then 2 else 9 end\"\n", "utf-8"
    )
    run(shop)
    english = report_on(shop, tmp_path / "report.html").page("en")

    assert "Promises kept 90.0% weighted share of 3 cases" in english
    assert "At stake €60.00" in english
    assert "These data are a sample" in english


def test_who_is_recognised_is_told_in_figures(tmp_path: Path) -> None:
    """Two customers on the web and in the store, and a word at a kiosk without a name: 4 of 5 signals, 2 people."""
    kiosk = "2026-09-01 13:00,,o9,7,fine\n"
    shop = write_shop(tmp_path / "shop", rows=KEPT, kiosk=kiosk)
    run(shop)
    report = report_on(shop, tmp_path / "report.html")

    assert (
        "80% of 5 signals carry an identifier. Joined, these make 2 people, 2 of them with an account."
        in (report.page("en"))
    )
    assert "80 % des 5 signaux portent un identifiant." in report.page("fr")
    store = report.tree.xpath("//section[@id='en-people']//ul[contains(@class,'tracks')]/li")
    assert {" ".join(line.text_content().split()) for line in store} >= {
        "site 100% of 2 signals 100% of an account",
        "kiosk 0% of 1 signal 0% of an account",
    }
    assert "0 pairs with an address or a number in common" in report.page("en")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("", "No signal was seen, so nobody can be recognised yet."),
        ("o1,,Lyon,2026-09-01 10:00,,1000\n", "No signal carries an identifier"),
    ],
    ids=["no signal", "nobody identified"],
)
def test_where_nobody_can_be_recognised_it_is_said(rows: str, said: str, tmp_path: Path) -> None:
    """What is missing is said, and no picture is drawn of nothing."""
    shop = write_shop(tmp_path / "shop", rows=rows)
    run(shop)
    report = report_on(shop, tmp_path / "report.html")

    assert said in report.page("en")
    assert not report.tree.xpath("//section[@id='en-people']//ol[contains(@class,'columns')]")


def test_what_is_written_in_data_stays_text(tmp_path: Path) -> None:
    """Names of workspaces, stores and words of customers are shown as they are, never run."""
    evil = "<script>alert(1)</script>"
    rows = (KEPT + BROKEN).replace("Lyon", evil)
    kiosk = f"2026-09-02 12:00,cyd,o3,0,{evil} they said\n"
    shop = write_shop(tmp_path / "shop", rows=rows, kiosk=kiosk, name=evil)
    run(shop)
    report = report_on(shop, tmp_path / "report.html")

    assert len(report.tree.xpath("//script")) == 1
    assert evil in report.page("en")


def test_a_report_that_cannot_be_written_leaves_the_old_one(template_shop: Workspace, tmp_path: Path) -> None:
    """One sentence says why, and what was there is still there."""
    with open_results(template_shop) as results, pytest.raises(Unwritable, match="cannot be written"):
        write_report(results, "shop", tmp_path / "nowhere" / "report.html")
    (tmp_path / "folder").mkdir()
    with open_results(template_shop) as results, pytest.raises(Unwritable):
        write_report(results, "shop", tmp_path / "folder")

    assert list(tmp_path.iterdir()) == [tmp_path / "folder"]


def test_the_template_uses_every_field_of_the_page_and_no_other() -> None:
    """A value nobody shows is not computed; a name nobody gives is not shown."""
    environment = Environment(loader=PackageLoader("parcours.web.report"), autoescape=True)
    environment.filters["picture"] = str
    used: set[str] = set()
    for name in ("page.html", "parts.html"):
        source = (Path(pages.__file__).parent / "templates" / name).read_text("utf-8")
        tree = environment.parse(source)
        used |= {found.attr for found in tree.find_all(nodes.Getattr)}
        assert meta.find_undeclared_variables(tree) <= {"page"}
    kinds = (
        pages.Page,
        pages.Figure,
        pages.GapLine,
        pages.CommitteeLine,
        pages.CommitteePart,
        pages.WhenPart,
        pages.StoryPart,
        pages.StoryLine,
        pages.WhyStep,
        pages.RolePart,
        pages.RoleLine,
        pages.MapPage,
        pages.LivedPart,
        pages.TypicalLine,
        pages.WayPart,
        pages.Voice,
        pages.SourceLine,
        pages.RecognitionPart,
        money.MoneyPart,
        money.CostLine,
        drivers.DriverPart,
        drivers.DriverGroup,
        drivers.DriverLine,
        moved.MovedPart,
        moved.MovedLine,
        personas.PersonaPart,
        personas.PersonaCard,
        personas.HabitLine,
        pages.RecognisedLine,
        pages.SizeLine,
        pages.LeapLine,
        pages.Doubt,
        pages.DoubtRow,
        pages.Table,
    )
    given = {field.name for kind in kinds for field in dataclasses.fields(kind)}

    assert given - used <= {"name"}
    assert used - given <= {"code", "text", "index0", "first", "last", "language"}
    assert get_type_hints(pages.Figure)


def test_the_command_writes_it(template_shop: Workspace, tmp_path: Path) -> None:
    """`parcours report -o FILE` says where it lies and how large it is."""
    from docs.pages import call

    path = tmp_path / "out.html"
    status, printed = call(f"parcours report -w {template_shop.folder} -o {path} --format json")

    assert status == 0
    assert json.loads(printed) == {"file": str(path), "bytes": path.stat().st_size}
