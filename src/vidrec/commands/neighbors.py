"""What is said of a query: the videos most like it, why, and the category it would get."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from vidrec.commands.display_names import DisplayNames
from vidrec.commands.question import Question
from vidrec.detections.copies import groups, others
from vidrec.recommender.group_shares import GroupReason, by_group
from vidrec.recommender.ranking import Candidates
from vidrec.recommender.reasons import Reason, Similar, recommend
from vidrec.recommender.steering import PLAIN, Steering
from vidrec.recommender.usual import Doubt
from vidrec.vectors.categories import DECIMALS, Guess
from vidrec.vectors.video_classifier import VideoClassifier, class_probabilities
from vidrec.vocabulary.groups import ENGLISH, Vocabulary
from vidrec.workflow.arrays import FloatArray
from vidrec.workflow.errors import UserError
from vidrec.workflow.video import Video

if TYPE_CHECKING:
    from vidrec.recommender.clusters import Clusters
    from vidrec.vectors.sparse import SparseVectors
    from vidrec.vectors.vectors import Vectors

# Why the category of a video is not known: what `answer_texts` has a sentence for.
ALONE, ONLY_COPIES, TOO_FEW, UNTRAINED = "alone", "only_copies", "too_few", "untrained"


def no_vocabulary() -> Vocabulary:
    """One in which each label is its own group."""
    return Vocabulary({}, {}, {})


@dataclass(frozen=True)
class Neighbor:
    """A recommended video, with its reasons: the largest first, all together 1; and by group.

    It is ranked by its `score`, which is the `similarity` unless hubs are corrected.

    `title` and `category_name` are for people, `path` is where its file lies, as far as that is
    known. Printed, it is one line: there may be a hundred reasons.
    """

    rank: int
    video_id: str
    category: str
    title: str
    similarity: float
    score: float
    reasons: list[Reason] = field(repr=False)
    path: str
    category_name: str
    groups: list[GroupReason] = field(repr=False, default_factory=list)


@dataclass(frozen=True)
class Known:
    """The videos of the index: their vectors, and what people call them.

    `copies` has for a copy the one that stands for its group. `hubness` (videos,) is None where it
    does not count. `index` spares comparing a query with all of them; None where they are few.
    `vocabulary` has the groups of their labels.
    """

    vectors: "Vectors | SparseVectors"
    names: DisplayNames
    vocabulary: Vocabulary = field(default_factory=no_vocabulary)
    copies: Mapping[str, str] = field(default_factory=dict)
    hubness: FloatArray | None = None
    index: "Clusters | None" = None

    def nearest(self, query: FloatArray, count: int, asked: Steering = PLAIN) -> list[Neighbor]:
        """The `count` videos most like `query` (labels,) that have anything in common with it."""
        ranks = self.index.ranks if self.index else None
        candidates = Candidates.of(self.vectors.ids, self.copies, self.hubness, ranks)
        found = recommend(self.vectors, query, count, asked, self.index, candidates)
        return [self._named(each) for each in found if each.similarity > 0]

    def _named(self, found: Similar) -> Neighbor:
        names = self.names
        return Neighbor(
            found.rank,
            found.video_id,
            found.category,
            names.title(found.video_id),
            found.similarity,
            found.score,
            found.reasons,
            names.path(found.video_id),
            names.category(found.category),
            by_group(found.reasons, self.vocabulary),
        )


@dataclass(frozen=True)
class About:
    """What is said of a video that is asked about, by a `word`, beside its neighbours: see
    `Answer`."""

    category: Guess | None = None
    unknown: str = ""
    indexed: Video | None = None
    copies: Sequence[str] = ()
    unsure: Sequence[Doubt] = ()
    word: str = ""


@dataclass(frozen=True)
class Answer:
    """The neighbours of a query, best first, and the category that it would get.

    `category` is None where it is not known, and `unknown` says why, as a key. `indexed` is the
    query itself where it is of the index, and `copies` its copies there, which are not named as
    neighbours.
    `corrected` says whether hubs are, so that the ranks are not in the order of the similarity.
    `names` are those of all videos and categories, `vocabulary` has those of objects. `single` is
    false where several videos, or objects, are asked about: they have no category together.
    `unsure` has the reasons not to trust the answer, `unsure_of` those of each of several videos
    that has any, by the word for it.
    """

    neighbors: list[Neighbor]
    category: Guess | None
    unknown: str = ""
    indexed: Video | None = None
    names: DisplayNames = field(default_factory=DisplayNames)
    copies: Sequence[str] = ()
    corrected: bool = False
    vocabulary: Vocabulary = field(default_factory=no_vocabulary)
    question: Question = field(default_factory=Question)
    single: bool = True
    unsure: Sequence[Doubt] = ()
    unsure_of: Mapping[str, Sequence[Doubt]] = field(default_factory=dict)


def about_indexed(known: Known, video: Video, guesses: Mapping[str, Guess]) -> About:
    """What is said of a video of the index; its category is the one in `guesses`."""
    vectors = known.vectors
    firsts = groups(vectors.ids, known.copies)
    # Copies count once.
    sizes = Counter(category for category, _ in set(zip(vectors.categories, firsts, strict=True)))
    few = sum(size > 1 for size in sizes.values()) < 2
    copies = others(vectors.ids, known.copies).get(video.video_id, [])
    alone = sizes[video.category] == 1 and (ONLY_COPIES if copies else ALONE)
    why = TOO_FEW if few else alone or UNTRAINED
    return About(guesses.get(video.video_id), why, video, copies)


def about_unseen(
    known: Known, vector: FloatArray, classifier: VideoClassifier | None, why: str = UNTRAINED
) -> About:
    """What is said of a video that is not of the index, by its `vector` (labels,).

    `why` says why there is no classifier, if there is none.
    """
    category = None
    if classifier is not None and classifier.labels == known.vectors.labels:
        category = guess(classifier, vector)
    return About(category, why)


def answered(
    known: Known, found: list[Neighbor], about: Sequence[About], asked: Question
) -> Answer:
    """The answer about these videos: what is said of one is not said of several."""
    single = len(about) == 1 and not asked.objects
    one = about[0] if single else About()
    return Answer(
        found,
        one.category,
        one.unknown,
        one.indexed,
        known.names,
        one.copies,
        known.hubness is not None and bool(about),
        known.vocabulary,
        asked,
        single,
        one.unsure,
        {} if single else {each.word: each.unsure for each in about if each.unsure},
    )


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


def to_dict(query: Sequence[str], answer: Answer, language: str = ENGLISH) -> dict[str, Any]:
    """What `vidrec recommend --json` prints; names of objects are in `language`."""
    category, names = answer.category, answer.names
    guessed = category and {
        "name": category.name,
        **_category_name(category.name, names.category(category.name)),
        "probability": category.probability,
    }
    return {
        "query": as_utf8(query[0]) if len(query) == 1 else [as_utf8(each) for each in query],
        **({"steering": answer.question.asked} if answer.question.asked else {}),
        "in_index": answer.indexed is not None,
        **(_names_of(answer.indexed, names) if answer.indexed else {}),
        "category": guessed,
        **({"unsure": unsure} if (unsure := _unsure(answer)) else {}),
        **({"copies": list(answer.copies)} if answer.copies else {}),
        "neighbors": [
            _neighbor_to_dict(each, partial(answer.vocabulary.shown, language=language))
            for each in answer.neighbors
        ],
    }


def _unsure(answer: Answer) -> list[dict[str, Any]]:
    """The reasons of the answer, or of each of several videos with the word for it."""
    several = answer.unsure_of.items()
    return [asdict(each) for each in answer.unsure] + [
        {"video": as_utf8(word), **asdict(each)} for word, found in several for each in found
    ]


def as_utf8(name: str) -> str:
    """A name as JSON can have it: what is not UTF-8 is no JSON either."""
    return name.encode(errors="replace").decode()


def _names_of(video: Video, names: DisplayNames) -> dict[str, str]:
    name = video.video_id
    return {"video_id": name, "title": names.title(name), "path": names.path(name)}


def _neighbor_to_dict(neighbor: Neighbor, shown: Callable[[str], str]) -> dict[str, Any]:
    return {
        "rank": neighbor.rank,
        "video_id": neighbor.video_id,
        "category": neighbor.category,
        **_category_name(neighbor.category, neighbor.category_name),
        "title": neighbor.title,
        "path": neighbor.path,
        "similarity": neighbor.similarity,
        "score": neighbor.score,
        "reasons": [{"label": each.label, "share": each.share} for each in neighbor.reasons],
        "groups": [
            {
                "group": each.group,
                "name": shown(each.group),
                "share": each.share,
                "labels": [
                    {"label": reason.label, "name": shown(reason.label), "share": reason.share}
                    for reason in each.labels
                ],
            }
            for each in neighbor.groups
        ],
    }


def _category_name(category: str, name: str) -> dict[str, str]:
    """The category as people write it, where that differs."""
    return {"category_name": name} if name != category else {}
