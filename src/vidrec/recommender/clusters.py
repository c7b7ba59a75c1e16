"""An index of many videos: clusters of alike ones, of which a query looks only at the nearest.

An inverted file over the vectors as they are, sparse and not negative. The centres of the clusters
are made by k-means, by cosine, on a sample. A video lies in the cluster nearest to it, and in
others that are nearly as near: one of few objects has neighbours in many. How many clusters a query
looks at is tried on the collection itself, against a full comparison. What a cluster has lies in
one piece, so that a query reads a few megabytes of arrays that are mapped, not loaded. All
similarities are exact; only a video in clusters that were not looked at can be missed.

numpy and scipy only: see docs/choices.md for the libraries that were measured.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from vidrec.recommender.ranking import (
    DECIMALS,
    DEPTH,
    MORE,
    Candidates,
    Nearest,
    highest,
    id_ranks,
    nearest,
)
from vidrec.vectors.sparse import SparseVectors
from vidrec.workflow.arrays import FloatArray, IntArray, Kind, check_kinds
from vidrec.workflow.errors import UserError
from vidrec.workflow.parallel import worker_count

# Clusters for each root of the number of videos; and to find them: videos of each, and rounds.
CLUSTERS, SAMPLED, ROUNDS = 6.0, 16, 3

# The clusters of a video are at least SPILL as like it as the nearest, and COPIES at most.
SPILL, COPIES = 0.8, 3

# A query looks at the clusters that are at least this share as like it as the nearest. The first
# of them is taken by which TRIED videos find TARGET of their DEPTH nearest; the last finds all.
SHARES = (0.5, 0.45, 0.4, 0.35, 0.3, 0.25, 0.2, 0.15, 0.1, 0.05, 0.0)
TRIED, TARGET = 300, 0.993

# The power of the values of which likeness to a cluster is made: what a video has most of, counts
# more than in the cosine of two videos.
POWER = 1.5

# Where hubs or copies may put others in their place, so many times the neighbours that are wanted
# are looked up, and at least so many: that more are wanted must not change which are the first.
RERANKED, DEPTH_LEAST = 5, 100

# Videos that are put into clusters at a time.
BLOCK = 4096

SEED = 0

ANEW = "`dvc repro -s -f build_index`"

ENDING = ".npy"

KINDS: dict[str, Kind] = dict.fromkeys(("begins", "rows", "starts", "ranks"), (1, "i"))
KINDS |= dict.fromkeys(("labels", "digest"), (1, "u"))
KINDS |= {"centers": (2, "f"), "values": (1, "f"), "tuned": (1, "f")}
# How much more than 1 a cosine of rounded vectors may be.
ROUNDED = 1e-6

Small = NDArray[np.float32]
Found = TypeVar("Found")


@dataclass(frozen=True)
class Clusters:
    """Videos by cluster, each field a file. A zero vector is in none: it is like nothing.

    `centers` (labels, clusters), of length 1; `begins` (clusters + 1,): the places where the videos
    of each cluster begin; `rows` (places,): the row of the video there among the vectors; `starts`
    (places + 1,), `labels` and `values`: its vector of length 1, in compressed rows. `ranks`
    (videos,): the place of each id in sorted order. `tuned`: the one of SHARES that queries take,
    and the recall that it has shown. `digest` (64,): of the vectors that it was made of.
    """

    centers: Small
    begins: IntArray
    rows: IntArray
    starts: IntArray
    labels: NDArray[Any]
    values: FloatArray
    ranks: IntArray
    tuned: FloatArray
    digest: NDArray[np.uint8]

    @property
    def recall(self) -> float:
        """The share (0..1) of the nearest videos that is found, by a sample."""
        return float(self.tuned[1])

    @cached_property
    def by_id(self) -> IntArray:
        """The rows of all videos, sorted by id."""
        return np.argsort(self.ranks)

    def vector(self, place: int) -> FloatArray:
        """The vector (labels,), of length 1, of the video at a place."""
        vector = np.zeros(len(self.centers))
        own = slice(self.starts[place], self.starts[place + 1])
        vector[self.labels[own]] = self.values[own]
        return vector


def places_of(index: Clusters) -> tuple[IntArray, IntArray]:
    """The rows of all videos that are in a cluster, sorted by it, and a place of each."""
    rows, places = np.unique(index.rows, return_index=True)
    order = np.argsort(places)
    return rows[order], places[order]


def write(folder: Path, index: Clusters) -> None:
    """Write `index` into the directory `folder`."""
    for field in fields(Clusters):
        np.save(folder / f"{field.name}{ENDING}", getattr(index, field.name), allow_pickle=False)


def read(folder: Path) -> Clusters:
    """The index that `write` wrote, mapped. Raises UserError for what is none."""
    paths = {field.name: folder / f"{field.name}{ENDING}" for field in fields(Clusters)}
    try:
        mapped = {
            name: np.load(path, mmap_mode="r", allow_pickle=False) for name, path in paths.items()
        }
        index = Clusters(**mapped)
        _check(index)
    except (ValueError, EOFError, OSError) as error:
        reason = " ".join(str(error).split())
        raise UserError(f"{folder} is not an index of videos ({reason}): run {ANEW}") from None
    return index


def _check(index: Clusters) -> None:
    """Raise ValueError where the arrays do not fit each other."""
    check_kinds(vars(index), KINDS)
    sizes = (index.begins[-1], len(index.starts) - 1, index.starts[-1], len(index.values))
    if sizes != (len(index.rows), len(index.rows), len(index.labels), len(index.labels)):
        raise ValueError("its arrays do not fit each other")
    if index.centers.shape[1] != len(index.begins) - 1:
        raise ValueError("not one centre for each cluster")
    if index.begins[0] or (np.diff(index.begins) < 0).any() or len(index.tuned) != 2:
        raise ValueError("its clusters do not follow each other")
    if len(index.rows) and not 0 <= index.rows.min() <= index.rows.max() < len(index.ranks):
        raise ValueError("it has a video that is none")


def build(vectors: SparseVectors) -> Clusters:
    """The index of `vectors`: the same for the same vectors, however many cores there are.

    Raises UserError for vectors that are no importance: one below 0, or all of them 0.
    """
    _check_importance(vectors)
    lengths = np.sqrt(vectors.values.power(2).sum(axis=1))
    known = np.flatnonzero(lengths)
    unit = _unit(vectors.values[known])
    sharp = _unit(unit.power(POWER)).astype(np.float32)
    centers = _centers(sharp)
    video, cluster = _members(sharp, centers)
    copies = unit[video]
    made = Clusters(
        centers=np.ascontiguousarray(centers.T),
        begins=np.searchsorted(cluster, np.arange(len(centers) + 1)),
        rows=known[video],
        starts=copies.indptr.astype(np.int64),
        labels=copies.indices.astype(np.min_scalar_type(len(vectors.labels))),
        values=copies.data,
        ranks=id_ranks(vectors.ids),
        tuned=np.array([SHARES[-1], 1.0]),
        digest=np.frombuffer(vectors.digest.encode(), np.uint8),
    )
    return _tuned(made, unit, known)


def is_of(index: Clusters, vectors: SparseVectors) -> bool:
    """Whether `index` was made of just these vectors."""
    return index.digest.tobytes() == vectors.digest.encode()


def _check_importance(vectors: SparseVectors) -> None:
    if not vectors.data.any():
        raise UserError(
            "no video has an object, so none is like another: look at the detections, or lower"
            " weigh_objects.min_confidence"
        )
    if vectors.data.min() < 0:
        raise UserError(
            "a vector has a value below 0, and an index of clusters is of importance, which is not:"
            " mend the vectors, or set build_index.exact_up_to to their number"
        )


def _tuned(index: Clusters, unit: Any, known: IntArray) -> Clusters:
    """`index` with the first of SHARES that is good enough, tried with some of the rows `unit`."""
    tried = np.random.default_rng(SEED).permutation(len(known))[:TRIED]
    queries = unit[tried].toarray()
    least = np.array([_lowest(unit, query) for query in queries])
    for share in SHARES:
        index = replace(index, tuned=np.array([share, 1.0]))
        pairs = zip(queries, known[tried].tolist(), strict=True)
        found = [find(index, query, DEPTH, row).similarity for query, row in pairs]
        good = np.concatenate([each >= low for each, low in zip(found, least, strict=True)])
        # One video has no neighbours, of which none is missed.
        recall = good.mean() if len(good) else 1.0
        if recall >= TARGET:
            break
    return replace(index, tuned=np.array([share, recall]))


def _lowest(unit: Any, query: FloatArray) -> float:
    """The similarity of the last of the DEPTH nearest to `query`, which is one of the rows."""
    similarity = np.round(unit @ query, DECIMALS)
    place = min(DEPTH + 1, len(similarity))
    return float(np.partition(similarity, -place)[-place])


def _unit(values: Any) -> Any:
    """Sparse rows, none of them zero, brought to length 1."""
    lengths = np.sqrt(values.power(2).sum(axis=1))
    data = values.data / np.repeat(lengths, np.diff(values.indptr))
    return csr_array((data, values.indices, values.indptr), shape=values.shape)


def _centers(unit: Any) -> Small:
    """The centres (clusters, labels) of the clusters of a sample of the rows `unit`."""
    random = np.random.default_rng(SEED)
    count = max(1, min(unit.shape[0], round(CLUSTERS * unit.shape[0] ** 0.5)))
    chosen = random.permutation(unit.shape[0])[: SAMPLED * count]
    sample = unit[np.sort(chosen)]
    centers: Small = unit[np.sort(chosen[:count])].toarray()
    for _ in range(ROUNDS):
        centers = _moved(sample, centers)
    return centers


def _moved(sample: Any, centers: Small) -> Small:
    """Each of `centers` in the middle of the rows nearest to it; where it was if there are none."""
    cluster = np.concatenate(_by_blocks(lambda likeness: likeness.argmax(axis=1), sample, centers))
    ones = np.ones(len(cluster), np.float32)
    member = csr_array((ones, (cluster, np.arange(len(cluster)))), (len(centers), len(cluster)))
    middle = (member @ sample).toarray()
    lengths = np.linalg.norm(middle, axis=1, keepdims=True)
    moved: Small = np.where(lengths > 0, middle / np.where(lengths > 0, lengths, 1), centers)
    return moved


def _members(unit: Any, centers: Small) -> tuple[IntArray, IntArray]:
    """The pairs of a row of `unit` and a cluster that it is in, sorted by cluster, then row."""
    found = _by_blocks(_near, unit, centers)
    row = np.concatenate([rows + at * BLOCK for at, (rows, _) in enumerate(found)])
    cluster = np.concatenate([clusters for _, clusters in found])
    order = np.lexsort((row, cluster))
    return row[order], cluster[order]


def _near(likeness: Small) -> tuple[IntArray, IntArray]:
    """The rows of `likeness` (rows, clusters), and for each of them the clusters it is put in."""
    count = min(COPIES, likeness.shape[1])
    near = np.argpartition(-likeness, count - 1, axis=1)[:, :count]
    values = np.take_along_axis(likeness, near, axis=1)
    row, place = np.nonzero(values >= SPILL * values.max(axis=1, keepdims=True))
    return row, near[row, place]


def _by_blocks(function: Callable[[Small], Found], unit: Any, centers: Small) -> list[Found]:
    """`function` of the likeness of a block of the rows `unit` to all centers, block by block.

    In threads, as many as there are cores: scipy's products hold no lock.
    """
    turned = np.ascontiguousarray(centers.T)
    blocks = (unit[start : start + BLOCK] for start in range(0, unit.shape[0], BLOCK))
    with ThreadPoolExecutor(worker_count()) as pool:
        return list(pool.map(lambda block: function(block @ turned), blocks))


def depth(count: int) -> int:
    """How many of the nearest are ranked again for the best `count` of them."""
    return max(RERANKED * count, DEPTH_LEAST)


def best(
    index: Clusters, query: FloatArray, candidates: Candidates, count: int, me: int | None = None
) -> Nearest:
    """The `count` best of `candidates` for `query` (labels,), among those that are most like it.

    `me` is the row of the query itself, which may not be named, and no copy of it.
    """
    wanted = count if candidates.plain else depth(count)
    while True:
        found = find(index, query, wanted, me)
        kept = nearest(found.similarity, candidates, count, me, found.order).first(count)
        if len(kept.order) >= count or len(found.order) < wanted:
            return kept
        wanted *= MORE


def find(index: Clusters, query: FloatArray, count: int, excluded: int | None = None) -> Nearest:
    """The `count` videos most like `query` (labels,), ranked as those of a full comparison are.

    `excluded` is the row of a video that may not be named. What is like the query in nothing comes
    last, by id, and only where there are too few others.
    """
    found = _nearest(index, query, count, excluded, COPIES * (count + 1))
    if len(found.order) < count:
        # Others may be like it in clusters that are not.
        found = _nearest(index, query, count, excluded, len(index.rows))
    return _filled(index, found, count, excluded)


def _nearest(
    index: Clusters, query: FloatArray, count: int, excluded: int | None, least: int
) -> Nearest:
    """Those of them that are in the nearest clusters, which have at least `least` videos."""
    places, similarity = _looked_at(index, query, least)
    rows = index.rows[places]
    alike = (similarity > 0) & (rows != (-1 if excluded is None else excluded))
    rows, similarity = rows[alike], similarity[alike]
    best = highest(similarity, index.ranks[rows], COPIES * count)
    # The places of a video follow each other.
    best = best[np.diff(rows[best], prepend=-1) != 0][:count]
    return Nearest(rows[best], similarity[best], similarity[best])


def _filled(index: Clusters, found: Nearest, count: int, excluded: int | None) -> Nearest:
    """`found`, and after it videos like the query in nothing until there are `count`."""
    missing = count - len(found.order)
    if missing <= 0:
        return found
    first = index.by_id[: count + 1]
    others = first[~np.isin(first, [*found.order, -1 if excluded is None else excluded])][:missing]
    order = np.concatenate([found.order, others])
    similarity = np.concatenate([found.similarity, np.zeros(len(others))])
    return Nearest(order, similarity, similarity)


def _looked_at(index: Clusters, query: FloatArray, least: int) -> tuple[IntArray, NDArray[Any]]:
    """The places in the clusters nearest to `query`, at least `least`, and their similarity."""
    length = float(np.linalg.norm(query))
    if length == 0:
        return np.empty(0, np.int64), np.empty(0)
    unit = query / length
    chosen = np.sort(_chosen(index, unit, least))
    begins, ends = index.begins[chosen], index.begins[chosen + 1]
    # What lies side by side is read in one go.
    apart = begins[1:] != ends[:-1]
    pieces = [*zip(begins[np.append(True, apart)], ends[np.append(apart, True)], strict=True)]
    try:
        similarity = np.concatenate([_cosines(index, unit, *piece) for piece in pieces])
        sound = (np.abs(similarity) <= 1 + ROUNDED).all()
    except IndexError:
        sound = False
    if not sound:
        raise UserError(f"the index of videos is damaged: run {ANEW}")
    places = np.concatenate([np.arange(*piece) for piece in pieces])
    return places, np.round(similarity, DECIMALS) + 0.0


def _chosen(index: Clusters, unit: FloatArray, least: int) -> IntArray:
    """The clusters to look at, which have at least `least` videos where there are as many."""
    labels = np.flatnonzero(unit)
    likeness: Small = (unit[labels] ** POWER).astype(np.float32) @ index.centers[labels]
    sizes = np.diff(index.begins)
    likeness[sizes == 0] = -1
    nearest_first = np.argsort(-likeness, kind="stable")[: np.count_nonzero(sizes)]
    near = int((likeness[nearest_first] >= index.tuned[0] * likeness[nearest_first[0]]).sum())
    enough = int(np.searchsorted(sizes[nearest_first].cumsum(), least)) + 1
    return nearest_first[: max(near, enough)]


def _cosines(index: Clusters, unit: FloatArray, begin: int, end: int) -> FloatArray:
    """The cosine of `unit` with the video at each place, none of which has a zero vector."""
    starts = index.starts[begin : end + 1]
    first, last = starts[0], starts[-1]
    products = index.values[first:last] * unit[index.labels[first:last]]
    sums: FloatArray = np.add.reduceat(products, starts[:-1] - first)
    return sums
