"""A map of all videos in two dimensions: alike ones close together, none on top of another."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from xml.etree import ElementTree

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits

from vidrec.vectors.vectors import unit_rows
from vidrec.workflow.arrays import FloatArray

# Width and height of the map; as wide is the space in which its points lie.
SIDE = 640

# Spots on the map per video: enough to stay near one's place, few enough to be easily hit.
ROOM = 6

WIDEST_SPOT = 24.0
MARGIN = 24.0

# With fewer videos there are no neighbourhoods for t-SNE to keep.
FEWEST = 5

PERPLEXITY = 30.0

# Markers by category, so that colour is not all that tells them apart: size relative to a spot,
# such that all look equally large.
SHAPES = {"o": 0.84, "s": 0.76, "^": 0.9, "D": 0.68, "P": 0.9, "v": 0.9, "X": 0.9, "*": 1.15}

SVG = "{http://www.w3.org/2000/svg}"
XLINK = "{http://www.w3.org/1999/xlink}"


@dataclass(frozen=True)
class Drawing:
    """The map: an SVG path for each category, a place (x, y) per video, each in a round `spot`."""

    shapes: list[str]
    points: list[tuple[str, str]]
    spot: float


def draw_map(values: FloatArray, categories: Sequence[str], names: Sequence[str]) -> Drawing:
    """The map of the vectors `values` (videos, labels), drawn for the categories `names`."""
    places, spot = settle(project(values))
    return draw(places, [names.index(name) for name in categories], len(names), spot)


def project(values: FloatArray) -> FloatArray:
    """A place (videos, 2) for each vector: t-SNE of their directions, from the principal axes.

    The same bytes with any number of cores: it computes in one thread.
    """
    unit = unit_rows(values)
    with threadpool_limits(1):
        start = principal_axes(unit)
        if len(unit) < FEWEST:
            return start
        perplexity = min(PERPLEXITY, (len(unit) - 1) / 3)
        # As scikit-learn itself begins: so close that nothing repels yet, in whatever unit.
        small = 1e-4 * start / max(float(start.std(axis=0).max()), 1e-12)
        model = TSNE(init=small, perplexity=perplexity, random_state=0)
        places: FloatArray = model.fit_transform(unit).astype(np.float64)
        return places


def principal_axes(unit: FloatArray) -> FloatArray:
    """The two first principal components (videos, 2); zeros where there is no second or first."""
    left, sizes, _ = np.linalg.svd(unit - unit.mean(axis=0), full_matrices=False)
    start = np.zeros((len(unit), 2))
    start[:, : len(sizes[:2])] = (left * sizes)[:, :2]
    return start


def settle(places: FloatArray) -> tuple[FloatArray, float]:
    """Each place moved to the nearest free spot of the map, and the spots' size.

    Videos with the same objects have the same place, and would hide one another.
    """
    spot = float(min(WIDEST_SPOT, SIDE / np.ceil(np.sqrt(ROOM * len(places)))))
    free = honeycomb(spot)
    settled = np.empty_like(places)
    for row, place in enumerate(fit_in(places)):
        nearest = int(np.argmin(((free - place) ** 2).sum(axis=1).round(6)))
        settled[row] = free[nearest]
        free[nearest] = np.inf
    return settled, spot


def honeycomb(spot: float) -> FloatArray:
    """The middles (spots, 2) of round spots of one size that cover the map, rows staggered."""
    rows = np.arange(spot / 2, SIDE - spot / 2 + 1e-6, spot * np.sqrt(3) / 2)
    columns = np.arange(spot / 2, SIDE - spot + 1e-6, spot)
    return np.array([(x + spot / 2 * (row % 2), y) for row, y in enumerate(rows) for x in columns])


def fit_in(places: FloatArray) -> FloatArray:
    """`places` stretched over the map, but for a margin: neither of its axes has a unit."""
    low, high = places.min(axis=0), places.max(axis=0)
    scale = (SIDE - 2 * MARGIN) / np.maximum(high - low, 1e-12)
    stretched: FloatArray = SIDE / 2 + (places - (low + high) / 2) * scale
    return stretched


def draw(places: FloatArray, groups: Sequence[int], count: int, spot: float) -> Drawing:
    """`places` drawn by matplotlib, each with the marker of its group, 0 … `count` - 1."""
    figure = Figure(figsize=(SIDE / 72, SIDE / 72))
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, SIDE), ylim=(0, SIDE))
    axes.set_axis_off()
    of_group = [np.flatnonzero(np.asarray(groups) == group) for group in range(count)]
    for group, rows in enumerate(of_group):
        marker = list(SHAPES)[(group + group // len(SHAPES)) % len(SHAPES)]
        size = SHAPES[marker] * spot
        axes.plot(*places[rows].T, marker, markersize=size, clip_on=False, gid=f"group-{group}")
    svg = _as_svg(figure)
    points = [("", "")] * len(places)
    for group, rows in enumerate(of_group):
        uses = svg.findall(f".//*[@id='group-{group}']//{SVG}use")
        for row, use in zip(rows, uses, strict=True):
            points[row] = (use.attrib["x"], use.attrib["y"])
    paths = [svg.find(f".//*[@id='group-{group}']//{SVG}path") for group in range(count)]
    return Drawing([path.attrib["d"] for path in paths if path is not None], points, spot)


def _as_svg(figure: Figure) -> ElementTree.Element:
    stream = BytesIO()
    with rc_context({"svg.hashsalt": "vidrec"}):
        figure.savefig(stream, format="svg", metadata={"Date": None}, transparent=True)
    return ElementTree.fromstring(stream.getvalue())  # noqa: S314 - matplotlib has just made it
