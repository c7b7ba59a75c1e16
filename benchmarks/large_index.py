"""The ten nearest of a video among up to a million: full comparisons against the index of clusters.

Run from the top of the project, with nothing else running:
python benchmarks/large_index.py 1000 10000 100000 1000000 --output large_index

The vectors are those of synthetic_vectors.py. Each size has a process of its own; in each round all
methods answer the same queries in turn, one query at a time, on one core. A million videos take
about 10 GiB of memory. Writes a table to standard output, and figures and a plot to OUTPUT.
"""

import argparse
import functools
import json
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import mean, median
from typing import Any

import numpy as np
import vl_convert
from side_by_side import machine, told
from sklearn.neighbors import NearestNeighbors
from synthetic_vectors import synthetic_vectors

from vidrec.recommender import clusters
from vidrec.recommender.ranking import DECIMALS, DEPTH
from vidrec.vectors.sparse import SparseVectors
from vidrec.workflow.arrays import FloatArray
from vidrec.workflow.parallel import worker_count

SKLEARN, PRODUCT, OURS = "scikit-learn's exact KNN", "one sparse product", "index of clusters"

# The similarities (places,) of the nearest to the video in a row, itself left out.
Method = Callable[[int], FloatArray]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="+", help="numbers of videos")
    parser.add_argument("--queries", type=int, default=100, help="of the fast methods, a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path, required=True, help="writes .json and .svg")
    args = parser.parse_args()
    results = [_in_process(size, args.queries, args.rounds) for size in args.sizes]
    report = {"processor": told(machine()), "cores": worker_count(), "sizes": results}
    print("\n".join(table(report)))
    args.output.with_suffix(".json").write_text(json.dumps(report, indent=2) + "\n")
    args.output.with_suffix(".svg").write_text(vl_convert.vegalite_to_svg(plot(results)))


def _in_process(size: int, queries: int, rounds: int) -> dict[str, Any]:
    """The figures of one size, from a process whose memory is that of this size alone."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measure, size, queries, rounds).result()


def measure(size: int, queries: int, rounds: int) -> dict[str, Any]:
    """Build, store and ask an index of `size` videos."""
    vectors = synthetic_vectors(size)
    before, started = peak(), time.perf_counter()
    index = clusters.build(vectors)
    build_s, build_peak = time.perf_counter() - started, peak()
    with tempfile.TemporaryDirectory() as folder:
        clusters.write(Path(folder), index)
        stored = sum(path.stat().st_size for path in Path(folder).iterdir())
        del index
        mapped = clusters.read(Path(folder))
        asked = ask(methods(vectors, mapped), size, queries, rounds)
    return {
        "videos": size,
        "values": int(vectors.indptr[-1]),
        "build_s": build_s,
        "build_peak_mib": build_peak,
        "before_mib": before,
        "stored_mib": stored / 2**20,
        "share": float(mapped.tuned[0]),
        **asked,
    }


def peak() -> float:
    """The most memory that this process has taken, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def methods(vectors: SparseVectors, index: clusters.Clusters) -> dict[str, Method]:
    """Each way to find the nearest, by its name."""
    values = vectors.values
    known = NearestNeighbors(n_neighbors=DEPTH + 1, metric="cosine", algorithm="brute", n_jobs=1)
    known.fit(values)
    return {
        SKLEARN: lambda row: 1 - known.kneighbors(values[[row]])[0][0][1:],
        PRODUCT: functools.partial(_product, vectors),
        OURS: lambda row: (
            clusters.find(index, vectors.rows(row, row + 1)[0], DEPTH, row).similarity
        ),
    }


def _product(vectors: SparseVectors, row: int) -> FloatArray:
    """By one product of all rows, which have length 1, with the query."""
    similarity = vectors.values @ vectors.rows(row, row + 1)[0]
    similarity[row] = -1
    found: FloatArray = np.sort(np.partition(similarity, -DEPTH)[-DEPTH:])[::-1]
    return found


def ask(by: dict[str, Method], size: int, queries: int, rounds: int) -> dict[str, Any]:
    """Milliseconds of a query by each method, the ratios to ours, and our recall."""
    random = np.random.default_rng(1)
    times: dict[str, list[float]] = {name: [] for name in by}
    recalls = []
    for _ in range(rounds):
        rows = random.permutation(size)[:queries].tolist()
        found = {}
        for name, method in by.items():
            # scikit-learn takes seconds for each query of a million.
            few = rows[:2] if name == SKLEARN else rows
            started = time.perf_counter()
            found[name] = [method(row) for row in few]
            times[name].append(1000 * (time.perf_counter() - started) / len(few))
        recalls += list(_recalls(found[OURS], found[PRODUCT]))
    return {
        "query_ms": times,
        "faster": {
            name: [slow / fast for slow, fast in zip(times[name], times[OURS], strict=True)]
            for name in (SKLEARN, PRODUCT)
        },
        "recall_at_10": mean(recalls),
    }


def _recalls(found: list[FloatArray], wanted: list[FloatArray]) -> Iterator[float]:
    """Per query the share of the found that are as like as the last of the wanted."""
    for ours, exact in zip(found, wanted, strict=True):
        # Vectors are rounded when they are stored, so that their length is not quite 1.
        yield float((ours >= exact[-1] - 2 * 10.0**-DECIMALS).mean())


def table(report: dict[str, Any]) -> Iterator[str]:
    """The figures as a table in Markdown."""
    yield f"{report['processor']}; times of one query: median (min to max)"
    yield ""
    heads = ("videos", "build, s", "most memory, MiB", "stored, MiB", "recall@10", OURS, PRODUCT)
    yield "| " + " | ".join((*heads, SKLEARN, "times as fast as the last two")) + " |"
    yield "|---" * (len(heads) + 2) + "|"
    for each in report["sizes"]:
        sizes = (each["build_s"], each["build_peak_mib"], each["stored_mib"])
        cells = [f"{each['videos']:,}", *(f"{size:,.0f}" for size in sizes)]
        cells += [f"{each['recall_at_10']:.4f}"]
        cells += [f"{_spread(each['query_ms'][name])} ms" for name in (OURS, PRODUCT, SKLEARN)]
        cells += [", ".join(_spread(each["faster"][name]) for name in (PRODUCT, SKLEARN))]
        yield "| " + " | ".join(cells) + " |"


def _spread(values: list[float]) -> str:
    return f"{median(values):,.3g} ({min(values):,.3g} to {max(values):,.3g})"


def plot(results: list[dict[str, Any]]) -> dict[str, Any]:
    """A query's time by the number of videos, in Vega-Lite."""
    rows = [
        {"videos": each["videos"], "method": name, "ms": median(times)}
        for each in results
        for name, times in each["query_ms"].items()
    ]
    log = {"scale": {"type": "log"}, "type": "quantitative"}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": 420,
        "height": 280,
        "data": {"values": rows},
        "mark": {"type": "line", "point": True},
        "encoding": {
            "x": {"field": "videos", "title": "Videos", **log},
            "y": {"field": "ms", "title": "Time of one query, ms", **log},
            "color": {"field": "method", "type": "nominal", "title": None},
        },
    }


if __name__ == "__main__":
    # Each method computes on one core.
    os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    main()
