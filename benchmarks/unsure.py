"""How well the warning that an answer is unsure tells what the index has never seen: each category
is left out in turn, its videos are asked about, and so are those of the index, each left out alone.

Run from the top of a project with an index: python benchmarks/unsure.py
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from vidrec.detections.masks import read_detections_of
from vidrec.project import ProjectPaths
from vidrec.recommender.build_index import compare_all, hubness_of_all
from vidrec.recommender.ranking import Candidates
from vidrec.recommender.steering import PLAIN, steered
from vidrec.recommender.usual import confidence_of, doubts, usual_of
from vidrec.settings.build_index import Params
from vidrec.vectors.vectors import Vectors, read_vectors
from vidrec.vectors.weighting import read_weighting
from vidrec.workflow import params, script
from vidrec.workflow.errors import say
from vidrec.workflow.video import Video


def asked(
    vectors: Vectors, confidence: Mapping[Video, float], left_out: str, settings: Params
) -> Iterator[dict[str, object]]:
    """A row for each video: whether its category is left out, and what the warning goes by."""
    inside = np.array([category != left_out for category in vectors.categories])
    videos = [video for video, kept in zip(vectors.videos, inside, strict=True) if kept]
    index = Vectors(videos, vectors.labels, vectors.values[inside])
    candidates = Candidates.of(index.ids)
    if settings.corrects_hubs:
        hubs = hubness_of_all(index, candidates, settings.hubness_neighbors)
        candidates = replace(candidates, hubness=hubs)
    best = [float(found.similarity[0]) for found, _ in compare_all(index, 1, candidates)]
    sure = [confidence[video] for video in index.videos]
    usual = usual_of(np.array(sure), np.array(best))
    strange = [video for video in vectors.videos if video.category == left_out]
    matches = [
        float(steered(index, query, 1, candidates, PLAIN).similarity[0])
        for query in vectors.values[~inside]
    ]
    known = zip(sure, best, strict=True)
    strangers = zip(map(confidence.__getitem__, strange), matches, strict=True)
    for unknown, pairs in enumerate((known, strangers)):
        for each, match in pairs:
            found = {doubt.why for doubt in doubts(usual, each, match)}
            yield {
                "left out": left_out,
                "unknown": bool(unknown),
                "confidence": each,
                "match": match,
                "warned": bool(found),
            }


def main() -> None:
    settings = params.load(Params, script.parser(__doc__).parse_args().params)
    paths = ProjectPaths()
    vectors = read_vectors(paths.vectors)
    folder = paths.detections(read_weighting(paths.weighting).params.detector)
    confidence = {
        video: confidence_of(read_detections_of(folder, video)) for video in vectors.videos
    }
    rows = [
        row
        for name in sorted(set(vectors.categories))
        for row in asked(vectors, confidence, name, settings)
    ]
    table = pd.DataFrame(rows)
    for name, own in (*table.groupby("left out"), ("all", table)):
        # Over all, the confidence tells nothing: each video is once unknown, and then known.
        by = ["match"] if name == "all" else ["confidence", "match"]
        areas = ", ".join(f"{each} {roc_auc_score(own['unknown'], -own[each]):.3f}" for each in by)
        warned = own.groupby("unknown")["warned"].mean()
        both = f"{warned[True]:.0%} and {warned[False]:.0%}"
        say(f"{name}: area under the curve {areas}; warned of {both}")


if __name__ == "__main__":
    script.run(main)
