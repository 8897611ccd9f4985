"""From where everything is to SVG. Decides no place and no colour: the first is the layout's, the second the style's."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, cast

from lxml import etree

from parcours.journey.drawing.cards import (
    NOTE,
    PAD,
    felt_segments,
    goal_of,
    has_goal_beside,
    note_lines,
    share_of,
)
from parcours.journey.drawing.casting import LINE, SIZES
from parcours.journey.drawing.saying import (
    is_below,
    name_of_picture,
    sense_of_picture,
    sentence_of_chip,
    sentence_of_felt,
    sentence_of_flow,
    sentence_of_place,
)
from parcours.journey.drawing.shapes import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from parcours.journey.drawing.shapes import (
        ChipCard,
        Curve,
        Disc,
        Feeling,
        Label,
        Layout,
        Point,
        Sign,
        Stroke,
        Words,
    )
    from parcours.journey.picture import LivedMap
    from parcours.ui import Language

_SVG = "http://www.w3.org/2000/svg"
_NAMES = cast("dict[str, str]", {None: _SVG})  # the stubs know no default namespace
_UNPRINTABLE = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_READABLE = 0.68  # a user unit is never shown smaller than this many pixels
_HAIR = 1.0  # thinnest flow
_THIN = 3.0  # below this a flow is drawn darker
_THINNEST_BAD = 1.4
_BED = 3.2  # thinnest flow under a line of people let down, so that the dashes stand out in grey too


def paint(layout: Layout, lived: LivedMap, language: Language, prefix: str, kind: str) -> str:
    """The picture as one SVG element.

    Args:
        layout: Where everything is.
        lived: What is told of it.
        language: In which it is told.
        prefix: Begins every id, so that a page may hold the picture several times.
        kind: `wide` or `narrow`, a style class.
    """
    painter = _Painter(layout, lived, language, prefix)
    root = _tag(
        "svg",
        "",
        _tag("title", "", name_of_picture(lived, language), id=f"{prefix}-title"),
        _tag("desc", "", sense_of_picture(lived, language), id=f"{prefix}-desc"),
        _tag("defs", "", painter.hatch()),
        painter.ground(),
        painter.flows(),
        painter.places(),
        painter.told_flows(),
        painter.chips(),
        painter.felt(),
        painter.legend(),
        viewBox=f"0 0 {_n(layout.width)} {_n(layout.height)}",
        role="group",
        **{
            "class": f"lived-map {kind}",
            "aria-labelledby": f"{prefix}-title",
            "aria-describedby": f"{prefix}-desc",
            "style": f"min-width:{_n(layout.width * _READABLE)}px",
            "lang": language.code,
        },
    )
    return str(etree.tostring(root, encoding="unicode"))


class _Painter:
    """Holds what every part of a picture needs; each method paints one layer."""

    def __init__(self, layout: Layout, lived: LivedMap, language: Language, prefix: str) -> None:
        self._layout, self._lived, self._language, self._prefix = layout, lived, language, prefix

    def hatch(self) -> etree._Element:
        """The pattern that says: nobody listens there."""
        return _tag(
            "pattern",
            "",
            _tag("line", "hatch", x1="0", y1="0", x2="0", y2="5"),
            id=f"{self._prefix}-hatch",
            width="5",
            height="5",
            patternUnits="userSpaceOnUse",
            patternTransform="rotate(45)",
        )

    def ground(self) -> etree._Element:
        """Stages, lanes, headings."""
        layer = _tag("g", "")
        for band in self._layout.bands:
            layer.append(
                _tag(
                    "rect",
                    "stage-band",
                    rx="10",
                    x=_n(band.x),
                    y=_n(band.y),
                    width=_n(band.width),
                    height=_n(band.height),
                )
            )
        layer.extend(_line("seam", seam) for seam in self._layout.seams)
        layer.extend(_text(words) for words in self._layout.words)
        return layer

    def flows(self) -> etree._Element:
        """Designed journey, then flows on it, as ink alone: those who hear the picture meet them further on."""
        layer = _tag("g", "", **{"aria-hidden": "true"})
        layer.extend(_tag("path", "designed", d=_d(curve)) for curve in self._layout.designed)
        flows = _tag("g", "flows")
        for stroke in self._layout.strokes:
            title = _tag("title", "", sentence_of_flow(stroke.flow, self._lived, self._language))
            flows.append(_tag("g", "", title, *_stroke(stroke)))
        layer.append(flows)
        return layer

    def places(self) -> etree._Element:
        """Discs with their names."""
        layer = _tag("g", "", role="list", **{"aria-label": self._language.text("Touchpoints")})
        for disc, label in zip(self._layout.discs, self._layout.labels, strict=True):
            said = sentence_of_place(disc.place, disc.state, self._lived, self._language)
            inner = _told(said, f"place {disc.state}" + (" optional" if disc.place.optional else ""))
            inner.extend(self._disc(disc))
            inner.extend(_label(label))
            layer.append(_tag("g", "", inner, role="listitem"))
        return layer

    def told_flows(self) -> etree._Element:
        """Flows once more, unseen until the keyboard reaches them."""
        layer = _tag(
            "g", "told", role="list", **{"aria-label": self._language.text("Moves between touchpoints")}
        )
        for stroke in self._layout.strokes:
            if stroke.told:
                inner = _told(
                    sentence_of_flow(stroke.flow, self._lived, self._language), "told-flow", title=False
                )
                d = _d(stroke.curve.between(*stroke.seen))
                inner.append(_tag("path", "halo", d=d, **_wide(stroke.width + 9)))
                inner.append(_tag("path", "gap", d=d, **_wide(stroke.width + 4)))
                inner.append(_tag("path", "core", d=d, **_wide(max(stroke.width, 2))))
                layer.append(_tag("g", "", inner, role="listitem"))
        return layer if len(layer) else _tag("g", "")

    def chips(self) -> etree._Element:
        """Promises."""
        if not self._layout.chips:
            return _tag("g", "")
        layer = _tag("g", "", role="list", **{"aria-label": self._language.text("Promises")})
        for card in self._layout.chips:
            said = sentence_of_chip(card.chip, self._lived, self._language)
            below = " below" if is_below(card.chip) else ""
            style = f"chip{below}" if card.chip.kept_ratio is not None else "chip unjudged"
            inner = _told(said, style, href=card.chip.href)
            inner.extend(self._card(card))
            layer.append(_tag("g", "", inner, role="listitem"))
        return layer

    def felt(self) -> etree._Element:
        """What people felt: the spread as a band, the mean as a line."""
        feelings = self._layout.feelings
        if not feelings:
            return _tag("g", "")
        layer = _tag("g", "felt", role="list", **{"aria-label": self._language.text("What people felt")})
        ink = _tag("g", "", **{"aria-hidden": "true"})
        ink.extend(_line("felt-end", line) for line in self._layout.felt_lines)
        for one, other, apart in felt_segments(feelings, self._lived):
            if not apart:
                ink.append(
                    _tag("polygon", "felt-band", points=_points((one.low, other.low, other.high, one.high)))
                )
            ink.append(_line("felt-line apart" if apart else "felt-line", (one.mean, other.mean)))
        outer = _tag("g", "", ink)
        for feeling in feelings:
            layer.append(_tag("g", "", self._feeling(feeling), role="listitem"))
        outer.append(layer)
        return outer

    def legend(self) -> etree._Element:
        """Signs that occur."""
        layer = _tag("g", "legend")
        for sign in self._layout.signs:
            layer.append(_tag("g", "", *self._sample(sign)))
            layer.append(_tag("text", "legend", sign.says, x=_n(sign.x + 42), y=_n(sign.y + 4.5)))
        return layer

    def _disc(self, disc: Disc) -> Iterable[etree._Element]:
        place = {"cx": _n(disc.x), "cy": _n(disc.y)}
        yield _tag("circle", "focus", r=_n(disc.reach + 4), **place)
        if disc.ring:
            yield _tag("circle", "ring", r=_n(disc.ring), **place)
        yield _tag("circle", "disc", r=_n(disc.r), **place)
        if disc.state is State.UNHEARD:
            yield _tag("circle", "hatched", r=_n(disc.r), fill=f"url(#{self._prefix}-hatch)", **place)
        if disc.place.let_down and disc.place.people:
            yield _arc(disc, min(1.0, disc.place.let_down / disc.place.people))
        if disc.count:
            yield _tag("text", "count", disc.count, x=_n(disc.x), y=_n(disc.y + 4.6), **_middle())

    def _card(self, card: ChipCard) -> Iterable[etree._Element]:
        box, chip = card.box, card.chip
        left, y = box.x + PAD, box.y + PAD + 11
        yield _tag(
            "rect", "card", rx="8", x=_n(box.x), y=_n(box.y), width=_n(box.width), height=_n(box.height)
        )
        yield _lines("says", card.says, left, y, LINE)
        y += LINE * len(card.says) + 5
        if chip.kept_ratio is None:
            yield _tag("text", "share", self._language.text("not verifiable"), x=_n(left), y=_n(y))
            y += 18
        else:
            yield _tag("text", "share", share_of(chip, self._language), x=_n(left), y=_n(y))
            if has_goal_beside(chip, box.width, self._language):
                goal = goal_of(chip, self._language)
                yield _tag("text", "note", goal, x=_n(box.right - PAD), y=_n(y), **{"text-anchor": "end"})
            yield from self._bar(card, y + 15)
            y += 36
        yield _lines("note", note_lines(chip, box.width, self._language), left, y, NOTE)

    def _bar(self, card: ChipCard, y: float) -> Iterable[etree._Element]:
        """Share, interval and goal along the axis that all promises have in common."""
        box, chip, (least, most) = card.box, card.chip, self._layout.axis
        left, wide = box.x + PAD + 3, box.width - 2 * PAD - 6

        def along(ratio: float) -> float:
            return left + wide * min(1.0, max(0.0, (ratio - least) / (most - least)))

        yield _line("axis", ((left, y), (left + wide, y)))
        if chip.low is not None and chip.high is not None:
            yield _line("interval", ((along(chip.low), y), (along(chip.high), y)))
        if chip.goal is not None:
            yield _line("goal", ((along(chip.goal), y - 8), (along(chip.goal), y + 8)))
        x = along(chip.kept_ratio or 0)
        if is_below(chip):
            yield _tag("path", "point", d=f"M{_n(x - 5.5)} {_n(y - 4.5)}h11l-5.5 10z")
        else:
            yield _tag("circle", "point", r="4.5", cx=_n(x), cy=_n(y))

    def _feeling(self, feeling: Feeling) -> etree._Element:
        inner = _told(sentence_of_felt(feeling.felt, self._lived, self._language), "feeling")
        x, y = feeling.mean
        inner.append(_tag("circle", "focus", r="9", cx=_n(x), cy=_n(y)))
        inner.append(_line("spread", (feeling.low, feeling.high)))
        inner.append(_tag("circle", "mean-point", r="3.5", cx=_n(x), cy=_n(y)))
        said = self._language.number(feeling.felt.mean, 1)
        inner.append(_tag("text", "mean", said, x=_n(x + 9), y=_n(y - 7)))
        return inner

    def _sample(self, sign: Sign) -> Iterable[etree._Element]:
        """A sign as it looks in the picture."""
        x, y = sign.x, sign.y
        middle = {"cx": _n(x + 17), "cy": _n(y)}
        wavy = (
            f"M{_n(x)} {_n(y + 4)}C{_n(x + 14)} {_n(y + 4)} {_n(x + 20)} {_n(y - 4)} {_n(x + 34)} {_n(y - 4)}"
        )
        if sign.key in {"lived", "undesigned", "unlived", "unheard", "arc"}:
            place = _tag("g", f"place {'lived' if sign.key == 'arc' else sign.key}")
            place.append(_tag("circle", "disc", r="8", **middle))
            if sign.key == "unheard":
                place.append(_tag("circle", "hatched", r="8", fill=f"url(#{self._prefix}-hatch)", **middle))
            if sign.key == "arc":
                place.append(_tag("path", "arc", d=f"M{_n(x + 17)} {_n(y - 8)}a8 8 0 0 1 8 8", **_wide(4)))
            yield place
        elif sign.key == "designed":
            yield _tag("path", "designed", d=f"M{_n(x)} {_n(y)}h34")
            yield _tag("g", "place lived", _tag("circle", "ring", r="7", **middle))
        elif sign.key in {"flow", "bad"}:
            yield _tag("path", "flow", d=wavy, **_wide(9))
            if sign.key == "bad":
                yield _tag("path", "flow-bad", d=wavy, **_wide(4))
        elif sign.key == "pointed":
            yield _tag("path", "flow thin", d=wavy, **_wide(2))
            yield _head((x + 17, y), (1, -0.5), 2)
        elif sign.key == "optional":
            yield _tag("text", "sample-optional", "Aa", x=_n(x + 17), y=_n(y + 4.5), **_middle())
        else:
            yield from _sample_of_chip(sign)


def _sample_of_chip(sign: Sign) -> Iterable[etree._Element]:
    x, y = sign.x, sign.y
    if sign.key == "band":
        yield _tag("rect", "felt-band", x=_n(x), y=_n(y - 7), width="34", height="14")
        yield _line("felt-line", ((x, y), (x + 34, y)))
        return
    chip = _tag("g", "chip below" if sign.key == "below" else "chip")
    if sign.key == "below":
        chip.append(_tag("path", "point", d=f"M{_n(x + 11.5)} {_n(y - 4.5)}h11l-5.5 10z"))
    else:
        chip.append(_line("axis", ((x, y), (x + 34, y))))
    if sign.key == "interval":
        chip.append(_line("interval", ((x + 8, y), (x + 28, y))))
        chip.append(_tag("circle", "point", r="4.5", cx=_n(x + 18), cy=_n(y)))
    if sign.key == "goal":
        chip.append(_line("goal", ((x + 17, y - 8), (x + 17, y + 8))))
    yield chip


def _stroke(stroke: Stroke) -> Iterable[etree._Element]:
    """A flow, the part of it that was let down, and an arrow head where it does not run as the picture reads."""
    width = max(stroke.width, _BED if stroke.bad_width else _HAIR)
    thin = " thin" if width < _THIN and not stroke.bad_width else ""
    yield _tag("path", f"flow{thin}", d=_d(stroke.curve), **_wide(width))
    if stroke.bad_width:
        yield _tag("path", "flow-bad", d=_d(stroke.curve), **_wide(max(stroke.bad_width, _THINNEST_BAD)))
    if stroke.arrow is not None:
        before, after = stroke.curve.at(stroke.arrow - 0.02), stroke.curve.at(stroke.arrow + 0.02)
        bad = stroke.bad_width > stroke.width / 2
        yield _head(after, (after[0] - before[0], after[1] - before[1]), width, bad=bad)


def _head(tip: Point, way: Point, width: float, *, bad: bool = False) -> etree._Element:
    """An arrow head with its middle there."""
    long = math.hypot(*way) or 1
    u, v = way[0] / long, way[1] / long
    size = 4.5 + width * 0.45
    corners = (
        (tip[0] + u * size, tip[1] + v * size),
        (tip[0] - u * size - v * size, tip[1] - v * size + u * size),
        (tip[0] - u * size * 0.4, tip[1] - v * size * 0.4),
        (tip[0] - u * size + v * size, tip[1] - v * size - u * size),
    )
    return _tag("polygon", "head bad" if bad else "head", points=_points(corners))


def _arc(disc: Disc, share: float) -> etree._Element:
    """Part of a disc's edge, clockwise from its top."""
    x, y, r = disc.x, disc.y, disc.r
    thick = _wide(max(3, min(6, 0.5 * r)))
    if share > 0.999:  # noqa: PLR2004 - an arc that ends where it begins is not drawn by browsers
        return _tag("circle", "arc", r=_n(r), cx=_n(x), cy=_n(y), **thick)
    turn = 2 * math.pi * share
    end = (x + r * math.sin(turn), y - r * math.cos(turn))
    large = int(share > 0.5)  # noqa: PLR2004 - half a turn
    return _tag(
        "path",
        "arc",
        d=f"M{_n(x)} {_n(y - r)}A{_n(r)} {_n(r)} 0 {large} 1 {_n(end[0])} {_n(end[1])}",
        **thick,
    )


def _label(label: Label) -> Iterable[etree._Element]:
    if label.leader:
        yield _line("leader", label.leader)
    yield _text(label.words)


def _text(words: Words) -> etree._Element:
    """Lines of text; the last word may be bold."""
    attributes = {} if words.anchor == "start" else {"text-anchor": words.anchor}
    element = _tag("text", words.kind, **attributes)
    for index, line in enumerate(words.lines):
        last = index == len(words.lines) - 1
        cut = len(line) - words.strong if last and words.strong else len(line)
        part = _tag("tspan", "", line[:cut], x=_n(words.x), y=_n(words.y + index * words.step))
        if cut < len(line):
            part.append(_tag("tspan", "strong", line[cut:]))
        element.append(part)
    return element


def _lines(kind: str, lines: Sequence[str], x: float, y: float, step: float) -> etree._Element:
    element = _tag("text", kind)
    for index, line in enumerate(lines):
        element.append(_tag("tspan", "", line, x=_n(x), y=_n(y + index * step)))
    return element


def _told(sentence: str, kind: str, *, href: str = "", title: bool = True) -> etree._Element:
    """What the keyboard reaches and a screen reader tells as one."""
    attributes = {"aria-label": _clean(sentence)}
    element = (
        _tag("a", kind, href=href, **attributes)
        if href
        else _tag("g", kind, tabindex="0", role="img", **attributes)
    )
    if title:
        element.append(_tag("title", "", sentence))
    return element


def _tag(name: str, kind: str, *inner: etree._Element | str, **attributes: str) -> etree._Element:
    """An element with its style class, its text or its children, and its attributes; everything is escaped by lxml."""
    given = {"class": kind, **attributes} if kind else attributes
    element = etree.Element(f"{{{_SVG}}}{name}", {key: _clean(value) for key, value in given.items()}, _NAMES)
    for part in inner:
        if isinstance(part, str):
            element.text = _clean(part)
        else:
            element.append(part)
    return element


def _line(kind: str, ends: tuple[Point, Point]) -> etree._Element:
    (x1, y1), (x2, y2) = ends
    return _tag("line", kind, x1=_n(x1), y1=_n(y1), x2=_n(x2), y2=_n(y2))


def _wide(width: float) -> dict[str, str]:
    return {"stroke-width": _n(width)}


def _middle() -> dict[str, str]:
    return {"text-anchor": "middle"}


def _points(corners: Iterable[Point]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in corners)


def _d(curve: Curve) -> str:
    points = (curve.leave, curve.arrive, curve.end)
    return f"M{_n(curve.start[0])} {_n(curve.start[1])}C" + " ".join(f"{_n(x)} {_n(y)}" for x, y in points)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _clean(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return _UNPRINTABLE.sub("", text)


def style_of_sizes() -> str:
    """Type sizes as style rules."""
    return "".join(f".lived-map text.{kind}{{font-size:{size}px}}" for kind, size in SIZES.items())
