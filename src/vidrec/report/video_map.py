"""A map of all videos in two dimensions: alike ones close together, none on top of another."""

from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from vidrec.vectors.vectors import unit_rows
from vidrec.workflow.arrays import FloatArray

# Width and height of the map.
SIDE = 640

# Enough to stay near one's place, few enough for them to be easily hit.
SPOTS_PER_VIDEO = 6

WIDEST_SPOT = 24.0
MARGIN = 24.0

# With fewer videos there are no neighbourhoods for t-SNE to keep.
FEWEST_FOR_TSNE = 5

PERPLEXITY = 30.0

# The markers of categories, so that colour is not all that tells them apart: SVG paths in
# hundredths of a spot, of sizes that look equally large.
MARKERS = (
    "M 0 -42 C 23.2 -42 42 -23.2 42 0 C 42 23.2 23.2 42 0 42"
    " C -23.2 42 -42 23.2 -42 0 C -42 -23.2 -23.2 -42 0 -42 Z",
    "M -38 -38 L 38 -38 38 38 -38 38 Z",
    "M 0 -45 L 45 45 -45 45 Z",
    "M 0 -48.1 L 48.1 0 0 48.1 -48.1 0 Z",
    "M -15 -45 L 15 -45 15 -15 45 -15 45 15 15 15 15 45 -15 45 -15 15 -45 15 -45 -15 -15 -15 Z",
    "M 0 45 L -45 -45 45 -45 Z",
    "M 0 -22.5 L 22.5 -45 45 -22.5 22.5 0 45 22.5 22.5 45"
    " 0 22.5 -22.5 45 -45 22.5 -22.5 0 -45 -22.5 -22.5 -45 Z",
    "M 0 -57.5 L 12.9 -17.8 54.7 -17.8 20.9 6.8 33.8 46.5"
    " 0 22 -33.8 46.5 -20.9 6.8 -54.7 -17.8 -12.9 -17.8 Z",
)

DECIMALS = 3


@dataclass(frozen=True)
class VideoMap:
    """An SVG path for each category, and a point (x, y) per video, each in a round `spot`.

    Lengths are in units of the map, x from its left and y from its top.
    """

    markers: list[str]
    points: list[tuple[float, float]]
    spot: float


def draw_map(values: FloatArray, categories: int) -> VideoMap:
    """The map of the vectors `values` (videos, labels), with markers for so many categories."""
    places, spot = place_on_grid(project(values))
    from_top = np.column_stack([places[:, 0], SIDE - places[:, 1]])
    points = [(x, y) for x, y in np.round(from_top, DECIMALS).tolist()]
    return VideoMap([marker(number, spot) for number in range(categories)], points, spot)


def marker(category: int, spot: float) -> str:
    """The SVG path of the marker of category number `category`, on spots of size `spot`.

    Each further round of markers starts one later, so that none comes again in the same colour.
    """
    path = MARKERS[(category + category // len(MARKERS)) % len(MARKERS)]
    scaled = (
        part if part.isalpha() else f"{round(float(part) * spot / 100, DECIMALS):g}"
        for part in path.split()
    )
    return " ".join(scaled)


def project(values: FloatArray) -> FloatArray:
    """A place (videos, 2) for each vector: t-SNE of their directions, from the principal axes.

    The same bytes with any number of cores: it computes in one thread.
    """
    # Loaded late: the processes that draw filmstrips never need it, and would wait for it.
    from sklearn.manifold import TSNE

    unit = unit_rows(values)
    with threadpool_limits(1):
        start = principal_axes(unit)
        if len(unit) < FEWEST_FOR_TSNE:
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


def place_on_grid(places: FloatArray) -> tuple[FloatArray, float]:
    """Each place moved to the nearest free spot of the map, and the spots' size.

    Videos with the same objects have the same place, and would hide one another.
    """
    spot = float(min(WIDEST_SPOT, SIDE / np.ceil(np.sqrt(SPOTS_PER_VIDEO * len(places)))))
    free = hexagonal_grid(spot)
    placed = np.empty_like(places)
    for row, place in enumerate(stretch_over_map(places)):
        nearest = int(np.argmin(((free - place) ** 2).sum(axis=1).round(6)))
        placed[row] = free[nearest]
        free[nearest] = np.inf
    return placed, spot


def hexagonal_grid(spot: float) -> FloatArray:
    """The middles (spots, 2) of round spots of one size that cover the map, rows staggered."""
    rows = np.arange(spot / 2, SIDE - spot / 2 + 1e-6, spot * np.sqrt(3) / 2)
    columns = np.arange(spot / 2, SIDE - spot + 1e-6, spot)
    return np.array([(x + spot / 2 * (row % 2), y) for row, y in enumerate(rows) for x in columns])


def stretch_over_map(places: FloatArray) -> FloatArray:
    """`places` stretched over the map, but for a margin: neither of its axes has a unit."""
    low, high = places.min(axis=0), places.max(axis=0)
    scale = (SIDE - 2 * MARGIN) / np.maximum(high - low, 1e-12)
    stretched: FloatArray = SIDE / 2 + (places - (low + high) / 2) * scale
    return stretched
