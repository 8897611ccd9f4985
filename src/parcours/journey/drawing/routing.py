"""Which way a flow goes: a smooth curve that keeps clear of places it has nothing to do with.

Everything here runs along `u`, the direction of the stages, and across `v`: in the wide picture u is x, in the narrow one y.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from parcours.journey.drawing.shapes import Curve, Stroke

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from parcours.journey.drawing.shapes import Point
    from parcours.journey.picture import Flow

_SAMPLES = np.linspace(0.04, 0.96, 32)
_BASIS = np.stack(
    [(1 - _SAMPLES) ** 3, 3 * _SAMPLES * (1 - _SAMPLES) ** 2, 3 * _SAMPLES**2 * (1 - _SAMPLES), _SAMPLES**3]
)
_DETOURS = (0.0, 34, -34, 62, -62, 92, -92, 130, -130)
_ASIDE = (70, -70, 100, -100, 130, -130, 170, -170)
_DEPTHS = (40, 60, 90, 120)
_PORTS = 1.5  # part of a disc's radius over which flows are spread, to both sides together
_TOLD = 12  # flows that the keyboard reaches, at least; all with people let down are among them
_STEPS = np.arange(1, 60) / 60  # where a curve is looked at to see where it comes out
_APEX = 0.75  # how far a curve goes of the way to its inner points, where both are equally far
_SEEN = 0.8  # least width of a line of people let down
_MANY = 0.25  # from this share on they are shown anyway
_STEEP = 0.42  # rise below which a flow runs along rather than across
_DISTINCT = 12  # units between two flows that are told apart
_CLEAR = 13  # units between a flow and a place it does not serve


@dataclass(frozen=True)
class Spot:
    """A place where flows begin and end."""

    u: float
    v: float
    r: float


@dataclass(frozen=True)
class Ground:
    """What curves have to mind.

    Attributes:
        spots: Places by key.
        names: Corners of the names, (n, 4) float64: least u, least v, most u, most v.
        name_cost: What crossing a name costs, against 2 for crossing a place.
        least, most: Bounds of v.
        near: Two places less than this apart along u are beside one another.
    """

    spots: Mapping[str, Spot]
    names: np.ndarray
    least: float
    most: float
    near: float
    name_cost: float = 0.12


def strokes_of(flows: Sequence[Flow], ground: Ground, most: float) -> list[Stroke]:
    """Flows as drawn, largest first, so that small ones stay visible on top; the largest is `most` wide."""
    scale = most / max((flow.journeys for flow in flows), default=1)
    widths = [flow.journeys * scale for flow in flows]
    curves = _route_all(flows, widths, ground)
    worth = {index for index, flow in enumerate(flows) if flow.let_down} | set(range(_TOLD))
    found = []
    for index, (flow, width, curve) in enumerate(zip(flows, widths, curves, strict=True)):
        seen = _seen(flow, curve, ground)
        found.append(
            Stroke(
                flow=flow,
                curve=curve,
                width=width,
                bad_width=_bad_width(flow, scale),
                arrow=None if _runs_on(flow, ground) else sum(seen) / 2,
                seen=seen,
                told=index in worth,
            )
        )
    return found


def route(
    source: str,
    target: str,
    width: float,
    ground: Ground,
    ports: Point = (0, 0),
    opposite: Curve | None = None,
) -> Curve:
    """The curve from one place to another that disturbs least.

    Args:
        source: Key of a place.
        target: Key of a place; the same makes a loop.
        width: Of the line.
        ground: What to mind.
        ports: How far from their middles it leaves and arrives, along v.
        opposite: The way back, if it is there already: both must be told apart.
    """
    start, end = ground.spots[source], ground.spots[target]
    if source == target:
        return _loop(start, ground)
    others = np.array([(s.u, s.v, s.r) for key, s in ground.spots.items() if key not in {source, target}])
    candidates = [_kept_in(curve, ground) for curve in _candidates(start, end, ports, ground)]
    costs = _costs(candidates, width, others, ground) + 0.1 * np.arange(len(candidates))
    if opposite is not None:
        costs += [_beside(curve, opposite) for curve in candidates]
    return candidates[int(np.argmin(costs))]


def loop_height(r: float) -> float:
    """How far from the middle of a place its loop goes."""
    return _APEX * (2.2 * r + 26)


def goes_on(source: Spot, target: Spot, near: float) -> bool:
    """Whether a flow runs the way the picture reads."""
    du, dv = target.u - source.u, target.v - source.v
    return du > near and du > _STEEP * abs(dv)


def _runs_on(flow: Flow, ground: Ground) -> bool:
    return goes_on(ground.spots[flow.source], ground.spots[flow.target], ground.near)


def _bad_width(flow: Flow, scale: float) -> float:
    width = flow.let_down * scale
    return width if width >= _SEEN or flow.let_down >= _MANY * flow.journeys else 0.0


def _seen(flow: Flow, curve: Curve, ground: Ground) -> tuple[float, float]:
    """Where a curve comes out of the one place and goes into the other."""
    ends = (ground.spots[flow.source], ground.spots[flow.target])
    points = curve.points(_STEPS)
    out = np.all([np.hypot(points[:, 0] - spot.u, points[:, 1] - spot.v) > spot.r for spot in ends], axis=0)
    parts = _STEPS[out]
    return (float(parts[0]), float(parts[-1])) if len(parts) else (0.0, 1.0)


def _route_all(flows: Sequence[Flow], widths: Sequence[float], ground: Ground) -> Iterator[Curve]:
    """A curve for each flow, in the order given."""
    ports = _ports(flows, widths, ground)
    found: dict[tuple[str, str], Curve] = {}
    for index, (flow, width) in enumerate(zip(flows, widths, strict=True)):
        opposite = found.get((flow.target, flow.source))
        curve = route(flow.source, flow.target, width, ground, ports.get(index, (0, 0)), opposite)
        found[flow.source, flow.target] = curve
        yield curve


def _candidates(start: Spot, end: Spot, ports: Point, ground: Ground) -> Iterator[Curve]:
    """Ways worth trying, plain ones first."""
    du, dv = end.u - start.u, end.v - start.v
    begin, finish = (start.u, start.v + ports[0]), (end.u, end.v + ports[1])
    if goes_on(start, end, ground.near):
        yield from _onwards(begin, finish)
        return
    if abs(du) <= ground.near or abs(dv) > abs(du) / 2:
        yield from _sideways(begin, finish)
    if du < -ground.near:
        yield from _backwards(begin, finish)


def _onwards(begin: Point, finish: Point) -> Iterator[Curve]:
    """Out of the one place and into the other along the stages."""
    du = finish[0] - begin[0]
    for detour in _DETOURS:
        for reach in (0.5, 0.36, 0.66) if detour == 0 else (0.42,):
            yield Curve(
                begin,
                (begin[0] + reach * du, begin[1] + detour),
                (finish[0] - reach * du, finish[1] + detour),
                finish,
            )


def _sideways(begin: Point, finish: Point) -> Iterator[Curve]:
    """Across the lanes."""
    dv = finish[1] - begin[1]
    for detour in _DETOURS:
        leave = (begin[0] + detour, begin[1] + 0.45 * dv)
        yield Curve(begin, leave, (finish[0] + detour, finish[1] - 0.45 * dv), finish)
    for aside in _ASIDE:
        arrive = (finish[0] + 0.2 * aside, finish[1] - 0.5 * dv)
        yield Curve(begin, (begin[0] + aside, begin[1]), arrive, finish)


def _backwards(begin: Point, finish: Point) -> Iterator[Curve]:
    """Against the stages: an S the other way round, or an arch."""
    du = finish[0] - begin[0]
    for detour in _DETOURS[1:]:
        leave = (begin[0] + 0.4 * du, begin[1] + detour)
        yield Curve(begin, leave, (finish[0] - 0.4 * du, finish[1] + detour), finish)
    for depth in _DEPTHS:
        for side in (-1, 1):
            far = max(begin[1] * side, finish[1] * side) * side + side * (depth + 0.12 * abs(du))
            yield Curve(begin, (begin[0], far), (finish[0], far), finish)


def _kept_in(curve: Curve, ground: Ground) -> Curve:
    """The same, bent so that it stays between the bounds."""
    leave, arrive = ((u, min(max(v, ground.least), ground.most)) for u, v in (curve.leave, curve.arrive))
    return Curve(curve.start, leave, arrive, curve.end)


def _loop(spot: Spot, ground: Ground) -> Curve:
    """From a place back to itself, on the side with more room."""
    out = loop_height(spot.r) / _APEX
    side = -1 if spot.v - ground.least >= _APEX * out else 1
    out = spot.v + side * out
    return Curve(
        (spot.u + 0.4 * spot.r, spot.v),
        (spot.u + spot.r + 26, out),
        (spot.u - spot.r - 26, out),
        (spot.u - 0.4 * spot.r, spot.v),
    )


def _costs(curves: Sequence[Curve], width: float, others: np.ndarray, ground: Ground) -> np.ndarray:
    """What each curve disturbs, (n,) float64."""
    corners = np.array([(curve.start, curve.leave, curve.arrive, curve.end) for curve in curves])
    points = _BASIS.T @ corners  # (curve, sample, 2)
    u, v = points[..., 0], points[..., 1]
    costs = 3.0 * np.sum((v < ground.least) | (v > ground.most), axis=1)
    if len(others):
        apart = np.hypot(u[..., None] - others[:, 0], v[..., None] - others[:, 1])
        inside = np.clip((others[:, 2] + width / 2 + _CLEAR - apart) / (width / 2 + _CLEAR), 0, 2)
        costs += 2 * np.sum(inside, axis=(1, 2))
    if len(ground.names):
        low_u, low_v, high_u, high_v = ground.names.T
        over = (
            (u[..., None] > low_u)
            & (u[..., None] < high_u)
            & (v[..., None] > low_v)
            & (v[..., None] < high_v)
        )
        costs += (ground.name_cost + 0.03 * width) * np.sum(over, axis=(1, 2))
    lengths = np.sum(np.hypot(np.diff(u, axis=1), np.diff(v, axis=1)), axis=1)
    direct = np.hypot(*(corners[:, 3] - corners[:, 0]).T)
    return np.asarray(costs + 2 * (lengths / np.maximum(direct, 1) - 1))


def _beside(curve: Curve, other: Curve) -> float:
    """What it costs to lie on another curve."""
    one, two = (_BASIS.T @ np.array([c.start, c.leave, c.arrive, c.end]) for c in (curve, other))
    apart = np.hypot(one[:, None, 0] - two[:, 0], one[:, None, 1] - two[:, 1]).min(axis=1)
    return 0.15 * float(np.sum(apart < _DISTINCT))


def _ports(flows: Sequence[Flow], widths: Sequence[float], ground: Ground) -> dict[int, Point]:
    """Where flows leave and arrive, so that they lie side by side at a place instead of on one another."""
    leaving: dict[str, list[int]] = defaultdict(list)
    arriving: dict[str, list[int]] = defaultdict(list)
    for index, flow in enumerate(flows):
        if _runs_on(flow, ground):
            leaving[flow.source].append(index)
            arriving[flow.target].append(index)
    out = _spread(leaving, lambda index: flows[index].target, widths, ground)
    into = _spread(arriving, lambda index: flows[index].source, widths, ground)
    return {index: (out[index], into[index]) for index in out}


def _spread(
    sides: Mapping[str, list[int]], far_end: _FarEnd, widths: Sequence[float], ground: Ground
) -> dict[int, float]:
    found: dict[int, float] = {}
    for key, indexes in sides.items():
        here = ground.spots[key]
        ordered = sorted(indexes, key=lambda index: (_slope(here, ground.spots[far_end(index)]), index))
        found |= _stacked(ordered, widths, _PORTS * here.r)
    return found


def _stacked(ordered: Iterable[int], widths: Sequence[float], room: float) -> dict[int, float]:
    """Middles of lines that lie side by side within a room around 0."""
    ordered = list(ordered)
    total = sum(widths[index] for index in ordered)
    scale = min(1.0, room / total) if total else 1
    found, edge = {}, -total * scale / 2
    for index in ordered:
        found[index] = edge + widths[index] * scale / 2
        edge += widths[index] * scale
    return found


def _slope(here: Spot, there: Spot) -> float:
    return (there.v - here.v) / max(abs(there.u - here.u), 1)


if TYPE_CHECKING:
    from collections.abc import Callable

    _FarEnd = Callable[[int], str]
