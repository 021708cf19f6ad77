"""The graph of a PyMC model: its own variables, what each is given, and a drawing of them.

Coordinates that only the sampler needs are left out: `lensim.inference.sampler_coordinates` knows the law of the
variable behind each. Constants and data are left out too.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from lensim.inference.sampler_coordinates import coordinates_of

COLUMNS: Final = 6
"""Variables side by side; a layer of more takes several rows."""
WIDTH, LINE, GAP_X, GAP_Y = 1.75, 0.115, 0.25, 0.4  # of a box, of a line of text, between boxes [inch]
FILL: Final = {"free": "#dceefb", "computed": "#ffffff", "observed": "#d9d9d9"}
SWEEPS: Final = 4
OWN_LAW: Final = "law of the model"


@dataclass(frozen=True)
class Node:
    """A variable of a model.

    Attributes
    ----------
    name, dims
        As in the posterior.
    kind
        free, computed or observed.
    law
        Its distribution given its parents; '' where it is computed.
    parents
        Variables of the model that it is given, by name.
    """

    name: str
    dims: tuple[str, ...]
    kind: str
    law: str
    parents: tuple[str, ...]


def nodes_of(model: Any) -> list[Node]:
    """All own variables of a PyMC model, parents before children."""
    coordinates = {one.name: one for one in coordinates_of(model)}
    behind = {one.variable: one for one in coordinates.values()}
    data = {variable.name for variable in model.data_vars}
    own = {name: variable for name, variable in model.named_vars.items() if name not in data | set(coordinates)}
    stops = {variable: name for name, variable in own.items()}
    stops |= {model[one.name]: one.variable for one in coordinates.values() if one.variable in own}
    observed = {variable.name for variable in model.observed_RVs}
    free = {variable.name for variable in model.free_RVs}
    terms = {variable.name for variable in model.potentials}
    found = []
    for name, variable in own.items():
        if name in behind:
            kind, law, given = "free", "Normal", [behind[name].mu, behind[name].sigma]
        elif name in observed | free:
            kind, law = "observed" if name in observed else "free", _law(variable)
            given = list(variable.owner.inputs)
        elif name in terms:
            kind, law, given = "observed", OWN_LAW, list(variable.owner.inputs)
        else:
            kind, law, given = "computed", "", list(variable.owner.inputs)
        parents = tuple(sorted(_named(given, stops) - {name}))
        found.append(Node(name, tuple(model.named_vars_to_dims.get(name, ())), kind, law, parents))
    return _in_order(found)


def _law(variable: Any) -> str:
    name = type(variable.owner.op).__name__
    return OWN_LAW if name.startswith("CustomDist") else name.removesuffix("RV")


def _named(given: Iterable[Any], stops: Mapping[Any, str]) -> set[str]:
    """Names of the variables that expressions reach first."""
    found, seen, left = set(), set(), [one for one in given if hasattr(one, "owner")]
    while left:
        one = left.pop()
        if one in seen:
            continue
        seen.add(one)
        if one in stops:
            found.add(stops[one])
        elif one.owner is not None and type(one.owner.op).__name__ != "Shape":
            left += one.owner.inputs
    return found


def _in_order(nodes: Sequence[Node]) -> list[Node]:
    layers = layers_of(nodes)
    return sorted(nodes, key=lambda node: layers[node.name])


def layers_of(nodes: Sequence[Node]) -> dict[str, int]:
    """Layer of each variable: below all of its parents; one without parents lies just above its first child."""
    parents = {node.name: node.parents for node in nodes}
    depth: dict[str, int] = {}

    def of(name: str) -> int:
        if name not in depth:
            depth[name] = 1 + max((of(one) for one in parents[name]), default=-1)
        return depth[name]

    for name in parents:
        of(name)
    for node in nodes:
        children = [depth[one] for one, above in parents.items() if node.name in above]
        if not node.parents and children:
            depth[node.name] = min(children) - 1
    return depth


def rows_of(nodes: Sequence[Node]) -> list[list[str]]:
    """Names by row, at most COLUMNS in each, so that lines seldom cross."""
    layers = layers_of(nodes)
    rows: list[list[str]] = [[] for _ in range(max(layers.values()) + 1)]
    for node in nodes:
        rows[layers[node.name]].append(node.name)
    near: dict[str, list[str]] = {node.name: [] for node in nodes}
    for node in nodes:
        for parent in node.parents:
            near[node.name].append(parent)
            near[parent].append(node.name)
    for sweep in range(SWEEPS):
        place = {name: (k + 0.5) / len(row) for row in rows for k, name in enumerate(row)}
        for row in rows if sweep % 2 else rows[::-1]:
            mean = {name: float(np.mean([place[one] for one in near[name]] or [place[name]])) for name in row}
            row.sort(key=mean.__getitem__)
            place |= {name: (k + 0.5) / len(row) for k, name in enumerate(row)}
    return [list(part) for row in rows for part in np.array_split(row, -(-len(row) // COLUMNS))]


def folded(nodes: Sequence[Node]) -> tuple[list[Node], dict[str, list[str]]]:
    """Without numbers that stand above one variable alone; these are told inside the box of that variable."""
    children: dict[str, list[str]] = {node.name: [] for node in nodes}
    for node in nodes:
        for parent in node.parents:
            children[parent].append(node.name)
    inside = {
        node.name: children[node.name][0]
        for node in nodes
        if not node.parents and not node.dims and len(children[node.name]) == 1
    }
    given: dict[str, list[str]] = {}
    for name, child in inside.items():
        given.setdefault(child, []).append(name)
    kept = [
        replace(node, parents=tuple(one for one in node.parents if one not in inside))
        for node in nodes
        if node.name not in inside
    ]
    return kept, given


def draw(nodes: Sequence[Node]) -> Figure:
    """The graph: boxes with name, dims and law; arrows from what a variable is given."""
    kept, given = folded(nodes)
    rows = rows_of(kept)
    lines = {node.name: _lines(node, given.get(node.name, [])) for node in kept}
    height = [LINE * (max(len(lines[name]) for name in row) + 1) for row in rows]
    wide = max(4.0, max(len(row) for row in rows) * (WIDTH + GAP_X))
    tall = sum(height) + GAP_Y * len(rows)
    figure = Figure(figsize=(wide, tall))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, wide), ylim=(0, tall))
    axes.axis("off")
    place = {}
    for number, row in enumerate(rows):
        middle = tall - sum(height[:number]) - GAP_Y * (number + 0.5) - height[number] / 2
        for k, name in enumerate(row):
            place[name] = ((k + 0.5) * wide / len(row), middle, height[number])
    for node in kept:
        for parent in node.parents:
            _arrow(axes, place[parent], place[node.name])
    for node in kept:
        _box(axes, node, lines[node.name], *place[node.name])
    return figure


def _arrow(axes: Any, start: tuple[float, float, float], end: tuple[float, float, float]) -> None:
    style: dict[str, Any] = {
        "arrowstyle": "-|>",
        "mutation_scale": 7,
        "color": "#555555",
        "linewidth": 0.8,
        "zorder": 1,
    }
    top, bottom = (start[0], start[1] - start[2] / 2), (end[0], end[1] + end[2] / 2)
    axes.add_patch(FancyArrowPatch(top, bottom, shrinkA=0, shrinkB=0, **style))


def _box(axes: Any, node: Node, lines: Sequence[str], x: float, y: float, height: float) -> None:
    corner = (x - WIDTH / 2, y - height / 2)
    box = "round,pad=0,rounding_size=0.1" if node.kind != "computed" else "square,pad=0"
    axes.add_patch(
        FancyBboxPatch(corner, WIDTH, height, boxstyle=box, facecolor=FILL[node.kind], edgecolor="#333333", zorder=2)
    )
    axes.text(x, y, "\n".join(lines), ha="center", va="center", fontsize=6.4, zorder=3, linespacing=1.2)


def _lines(node: Node, given: Sequence[str]) -> list[str]:
    below = f"[{', '.join(node.dims)}]" if node.dims else ""
    law = f"{node.law} {below}".strip()
    told = [part for number, name in enumerate(given) for part in _broken(f"{'given ' if not number else ''}{name}")]
    return [*_broken(node.name), *([law] if law else []), *told]


def _broken(name: str, longest: int = 31) -> list[str]:
    """A long name on two lines, parted at an underscore."""
    if len(name) <= longest:
        return [name]
    at = min((k for k, letter in enumerate(name) if letter == "_"), key=lambda k: abs(k - len(name) // 2))
    return [name[:at], name[at:]]


def svg_of(nodes: Sequence[Node]) -> str:
    """The drawing as SVG, with the same text for the same graph."""
    with mpl.rc_context({"svg.hashsalt": "lensim", "svg.fonttype": "none", "font.family": "sans-serif"}):
        held = io.StringIO()
        draw(nodes).savefig(held, format="svg", metadata={"Date": None})
    return held.getvalue()
