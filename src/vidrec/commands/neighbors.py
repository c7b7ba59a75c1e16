"""What is said of a query: the videos most like it, why, and the category it would get."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from vidrec.recommender.reasons import Neighbor, recommend
from vidrec.vectors.categories import DECIMALS, Guess
from vidrec.vectors.vectors import Vectors
from vidrec.vectors.video_classifier import VideoClassifier, class_probabilities
from vidrec.workflow.arrays import FloatArray
from vidrec.workflow.errors import UserError
from vidrec.workflow.video import Video

ALONE = "it is the only video of its category"
TOO_FEW = "to learn categories takes two of them with two videos each"
UNTRAINED = "`dvc repro train_video_classifier` makes the classifier of videos"


@dataclass(frozen=True)
class Answer:
    """The neighbours of a query, best first, and the category that it would get.

    `category` is None where it is not known, and `unknown` says why.
    """

    neighbors: list[Neighbor]
    category: Guess | None
    unknown: str = ""


def of_indexed(vectors: Vectors, video: Video, count: int, guesses: Mapping[str, Guess]) -> Answer:
    """The `count` videos most like one of the index; its category is the one in `guesses`."""
    row = vectors.videos.index(video)
    found = recommend(vectors, vectors.values[row], count, excluded=row)
    sizes = Counter(vectors.categories)
    few = sum(size > 1 for size in sizes.values()) < 2
    why = TOO_FEW if few else ALONE if sizes[video.category] == 1 else UNTRAINED
    return Answer(found, guesses.get(video.video_id), why)


def of_unseen(
    vectors: Vectors,
    vector: FloatArray,
    count: int,
    classifier: VideoClassifier | None,
    why: str = UNTRAINED,
) -> Answer:
    """The `count` videos most like one that is not of the index, by its `vector` (labels,).

    `why` says why there is no classifier, if there is none.
    """
    category = None
    if classifier is not None and classifier.labels == vectors.labels:
        category = guess(classifier, vector)
    return Answer(recommend(vectors, vector, count), category, why)


def guess(classifier: VideoClassifier, vector: FloatArray) -> Guess:
    """The most probable category of a video, the first of equals, by its `vector` (labels,)."""
    probability = class_probabilities(classifier, vector[np.newaxis])[0]
    best = int(probability.argmax())
    return Guess(classifier.classes[best], round(float(probability[best]), DECIMALS))


def check_any_object(vector: FloatArray, word: str) -> None:
    """Raise UserError, which calls the query `word`, where nothing was found in it."""
    if not vector.any():
        raise UserError(
            f"{word}: none of the objects of the index was found in it, so no video is like it;"
            " see weigh_objects.min_confidence, or try another video"
        )


def to_dict(query: str, answer: Answer) -> dict[str, Any]:
    """What `vidrec recommend --json` prints."""
    category = answer.category
    return {
        "query": query,
        "category": category and {"name": category.name, "probability": category.probability},
        "neighbors": [
            {
                "rank": neighbor.rank,
                "video_id": neighbor.video_id,
                "category": neighbor.category,
                "similarity": neighbor.similarity,
                "reasons": [
                    {"label": reason.label, "share": reason.share} for reason in neighbor.reasons
                ],
            }
            for neighbor in answer.neighbors
        ],
    }
