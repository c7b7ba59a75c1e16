"""A project that questions are asked of, from Python and from the command line.

Here a word for a video is resolved, once. What is below knows no paths of the project and no
params file. Each question imports what it needs: one about a video of the index must not wait for
torch.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

from vidrec.commands import neighbors
from vidrec.commands.detect import is_blank
from vidrec.commands.display_names import DisplayNames, read_display_names
from vidrec.commands.neighbors import About, Answer, Known, Neighbor
from vidrec.commands.question import Question, Words, rows_of
from vidrec.commands.terminal import Progress
from vidrec.commands.video_at_hand import (
    File,
    FrameDirectory,
    Indexed,
    Lookup,
    at_hand,
    frames_of,
    resolve,
)
from vidrec.detections.copies import read_copies
from vidrec.detections.masks import read_detections_of
from vidrec.detections.tree import ENDING, VideoDetections
from vidrec.media.frames import Frames, read_frames
from vidrec.project import PARAMS, ProjectPaths, find_root, shortest
from vidrec.recommender.hubness import read_hubness
from vidrec.recommender.steering import Steering, query_of
from vidrec.recommender.usual import Doubt, Usual, confidence_of, doubts, read_usual
from vidrec.vectors.categories import Guess, read_categories
from vidrec.vectors.vectors import Vectors, read_vectors
from vidrec.vectors.video_classifier import VideoClassifier, read_classifier
from vidrec.vectors.weigh_objects import weigh_video
from vidrec.vectors.weighting import Weighting, read_weighting
from vidrec.videos.manifest import ids_by_content
from vidrec.vocabulary.groups import Vocabulary, read_vocabulary
from vidrec.workflow import params, state
from vidrec.workflow.absent import absent_reason
from vidrec.workflow.arrays import FloatArray
from vidrec.workflow.errors import UserError, tell
from vidrec.workflow.files import expanded
from vidrec.workflow.video import Video

if TYPE_CHECKING:
    import pandas as pd

    from vidrec.classifier.frame_classifier import ClassifierFiles
    from vidrec.commands.inspection import Inspected
    from vidrec.detections.masks import Segments
    from vidrec.settings.classify_frames import LookingSettings
    from vidrec.settings.segment_objects import SegmenterSettings
    from vidrec.vectors.sparse import SparseVectors

# A video, or several, and words for objects or categories, one or several.
Asked = str | Path | Sequence[str | Path]
Named = str | Sequence[str]

# What is being done while the frames are classified.
CLASSIFYING = "loading the classifier, looking at the frames"


def classify(directory: str | Path) -> "pd.DataFrame":
    """As `Project.classify`, by the project that the current directory lies in."""
    return Project().classify(directory)


def segment(directory: str | Path) -> "pd.DataFrame":
    """As `Project.segment`, by the project that the current directory lies in."""
    return Project().segment(directory)


class Asks(TypedDict, total=False):
    """What `Project.recommend` may be asked beside videos, by name."""

    objects: Named
    without: Named
    less: Named
    more: Named
    category: Named
    not_in_category: Named
    diverse: bool


def recommend(video: Asked = (), k: int = 10, **asks: Unpack[Asks]) -> list[Neighbor]:
    """As `Project.recommend`, from the project that the current directory lies in."""
    return Project().recommend(video, k, **asks)


def _listed(names: Named) -> Sequence[str]:
    return [names] if isinstance(names, str) else list(names)


@dataclass(frozen=True)
class _Met:
    """A video that is asked about: the word for it, its vector (labels,), and its row where it is
    of the index; of another one how surely objects are recognised in it, and whether it shows
    nothing at all."""

    word: str
    vector: FloatArray
    row: int | None = None
    confidence: float | None = None
    blank: bool = False


def _tell_nobody(_: str) -> None:
    """Takes what is being done."""


class Project:
    """The project that `path` is, or lies in; without one, that of the current directory.

    `params` is a params file to read instead of its own, and `progress` is told what is being done.
    Other paths are from the current directory. What is named wrongly is a UserError.
    """

    def __init__(
        self,
        path: str | Path | None = None,
        *,
        params: str | Path | None = None,
        progress: Progress = _tell_nobody,
    ) -> None:
        # Kept absolute: who works in a notebook may change the directory in between.
        self._root = find_root(expanded(path or ""))
        self._own_params = params
        self._progress = progress

    def __repr__(self) -> str:
        return f"Project({str(self._root)!r})"

    def classify(self, directory: str | Path) -> "pd.DataFrame":
        """The class of each frame in a directory of 1.jpg, 2.jpg, …: `frame,label,confidence`."""
        from vidrec.settings.classify_frames import LookingSettings

        settings = params.load(LookingSettings, self._params)
        every = replace(settings, fps=float(settings.frame_fps))
        return self._classify(self._frames_in(Path(directory)), every).table

    def segment(self, directory: str | Path) -> "pd.DataFrame":
        """The objects in each frame of such a directory: `frame,label,confidence,area_pct`."""
        from vidrec.settings.segment_objects import SegmenterSettings

        settings = params.load(SegmenterSettings, self._params)
        every = replace(settings, fps=float(settings.frame_fps))
        return self._segment(self._frames_in(Path(directory)), every, self._params).table

    def recommend(
        self,
        video: Asked = (),
        k: int = 10,
        *,
        objects: Named = (),
        without: Named = (),
        less: Named = (),
        more: Named = (),
        category: Named = (),
        not_in_category: Named = (),
        diverse: bool = False,
    ) -> list[Neighbor]:
        """The `k` videos most like `video`, best first, or as many as have anything in common.

        `video` is an id or a title of the index, a file, a directory of frames, or a URL; or
        several of them, to all of which the answer is near. `objects` are asked for beside them, or
        alone; those `without`, `less` and `more` count not at all, half and double. Only videos of
        a `category` are named, and none that is `not_in_category`; `diverse`: no two alike.
        """
        question = Question(
            _listed(objects),
            _listed(without),
            _listed(less),
            _listed(more),
            _listed(category),
            _listed(not_in_category),
            diverse,
        )
        return self.answer(video, k, question).neighbors

    def answer(self, video: Asked, k: int = 10, question: Question | None = None) -> Answer:
        """The neighbours of `recommend`, and what is said of the video that is asked about."""
        if k < 1:
            raise UserError(f"k is {k}: it must be 1 or more")
        known = self._known()
        words = Words(known.vocabulary, known.vectors.labels)
        asked = words.parted(question or Question())
        objects = [words.numbers(word) for word in asked.objects]
        weights = words.weights(asked)
        rows = rows_of(asked, known.vectors.categories, known.names)
        given = [video] if isinstance(video, str | Path) else video
        named = list(dict.fromkeys(str(each) for each in given))
        if not named and not objects:
            raise UserError("nothing is asked about: name a video, or objects (--objects dog)")
        met = [self._met(word, known) for word in named]
        base = query_of([each.vector for each in met], objects, len(weights))
        query = base * weights
        self._check_query(words, asked, base, query)
        own = [each.row for each in met if each.row is not None]
        mixed = len(met) != 1 or bool(objects) or not (weights == 1).all()
        found = known.nearest(query, k, Steering(own, rows, asked.diverse, mixed, no_video=not met))
        # Compared is what the same question was for the videos of the index.
        best = None if mixed or asked.asked else found[0].similarity if found else 0.0
        usual = self._usual(known) if met else Usual(None, None)
        about = [self._about(known, each, best, usual) for each in met]
        return neighbors.answered(known, found, about, asked)

    def _met(self, word: str, known: Known) -> "_Met":
        """The video that a word stands for, looked at if it is not of the index."""
        with self._at_hand(word, known) as query:
            if isinstance(query, Indexed):
                row = known.vectors.videos.index(query.video)
                return _Met(word, known.vectors.rows(row, row + 1)[0], row)
            weighting = self._weighting(known.vectors)
            frames = self._frames(query, word)
        found = self._detect(frames, weighting.params.detector)
        vector = weigh_video(found, weighting)
        neighbors.check_any_object(vector, word)
        return _Met(word, vector, None, confidence_of(found), is_blank(frames))

    def _check_query(
        self, words: Words, asked: Question, base: FloatArray, query: FloatArray
    ) -> None:
        """Raise UserError where weights leave nothing; tell which of them change nothing."""
        if base.any() and not query.any():
            raise UserError(
                "nothing is left to be alike in: all objects asked about count not at all, leave"
                " out a --without"
            )
        for word in words.without_effect(asked, base):
            tell(f"{word!r} is not in what is asked about, so its weight changes nothing")

    def _about(self, known: Known, met: "_Met", best: float | None, usual: Usual) -> About:
        """What is said of a video, by the similarity `best` of its best match, if that says any,
        beside what is `usual`."""
        if met.row is not None:
            video = known.vectors.videos[met.row]
            about = neighbors.about_indexed(known, video, self._guesses())
            unsure = doubts(usual, self._confidence(video), best)
            return replace(about, word=met.word, unsure=unsure)
        classifier = self._classifier()
        none = classifier is None and self._paths.video_classifier.is_file()
        why = neighbors.TOO_FEW if none else neighbors.UNTRAINED
        about = neighbors.about_unseen(known, met.vector, classifier, why)
        unsure = [Doubt("blank")] if met.blank else doubts(usual, met.confidence, best)
        return replace(about, word=met.word, unsure=unsure)

    def _usual(self, known: Known) -> Usual:
        path = self._paths.usual
        return read_usual(path, known.vectors) if path.is_file() else Usual(None, None)

    def _confidence(self, video: Video) -> float | None:
        """How surely objects were recognised in a video of the index; None: not known here."""
        if not self._paths.weighting.is_file():
            return None
        folder = self._paths.detections(read_weighting(self._paths.weighting).params.detector)
        if not video.below(folder, ENDING).is_file():
            return None
        return confidence_of(read_detections_of(folder, video))

    def inspect(self, video: str | Path) -> "Inspected":
        """What is known of a video, frame by frame; its `sheet()` is a picture of it.

        Of a video of the index it is what is stored; of any other it is found now.
        """
        from vidrec.commands import inspection
        from vidrec.videos.names import safe_names

        word, known = str(video), self._known()
        with self._at_hand(word, known) as query:
            if isinstance(query, Indexed):
                found_by = (self._paths.detections(each) for each in ("classified", "segmented"))
                heading = known.names.heading(query.video)
                read = partial(self._frames_of, query.video)
                return inspection.of_indexed(query.video, heading, read, *found_by)
            frames = self._frames(query, word)
        (name,) = safe_names([query.name], [word])
        classes = self._detect(frames, "classified").table
        return inspection.of_frames(name, query.name, frames, classes, self._objects(frames))

    @property
    def _paths(self) -> ProjectPaths:
        return ProjectPaths(shortest(self._root))

    @property
    def _params(self) -> Path:
        return Path(self._own_params or self._paths.root / PARAMS)

    def _known(self) -> Known:
        folder = self._paths.clusters
        if not folder.is_dir() or absent_reason(folder) is not None:
            vectors = read_vectors(self._paths.vectors)
            return Known(vectors, self._names(), self._vocabulary(), *self._told_apart(vectors))
        from vidrec.recommender import clusters
        from vidrec.vectors.sparse import read_sparse

        many = read_sparse(self._paths.sparse_vectors)
        index = clusters.read(folder)
        if not clusters.is_of(index, many):
            raise UserError(
                f"{folder} and {self._paths.sparse_vectors} are of different runs: run `dvc repro`,"
                f" or {clusters.ANEW} if nothing has changed"
            )
        return Known(many, self._names(), self._vocabulary(), *self._told_apart(many), index)

    def _told_apart(
        self, vectors: "Vectors | SparseVectors"
    ) -> tuple[Mapping[str, str], FloatArray | None]:
        """Which videos are copies, and how near each is to others anyway, where that counts."""
        copies, hubs = self._paths.copies, self._paths.hubness
        return (
            read_copies(copies) if copies.is_file() else {},
            read_hubness(hubs, vectors) if hubs.is_file() else None,
        )

    def _vocabulary(self) -> Vocabulary:
        from vidrec.settings.objects import Params

        own = params.load(Params, self._params).groups if self._params.is_file() else ""
        return read_vocabulary(self._paths.root / own if own else None)

    def _names(self) -> DisplayNames:
        return read_display_names(self._paths.videos, state.originals(self._paths.root))

    def _at_hand(
        self, word: str, known: Known
    ) -> AbstractContextManager[Indexed | File | FrameDirectory]:
        paths = self._paths
        contents, videos = ids_by_content(paths.videos), known.vectors.videos
        lookup = Lookup(videos, contents, paths.frames, paths.vectors, known.names)
        return at_hand(resolve(word, lookup), lookup, self._progress)

    def _guesses(self) -> Mapping[str, Guess]:
        path = self._paths.categories
        return read_categories(path) if path.is_file() else {}

    def _classifier(self) -> VideoClassifier | None:
        path = self._paths.video_classifier
        return read_classifier(path) if path.is_file() else None

    def _weighting(self, vectors: "Vectors | SparseVectors") -> Weighting:
        """The stored weighting, which must be that of `vectors`."""
        weighting = read_weighting(self._paths.weighting)
        if weighting.labels != vectors.labels:
            raise UserError(
                f"{self._paths.weighting} and {self._paths.vectors} have different labels: they"
                " are of different runs, make them again (`dvc repro -s -f weigh_objects`)"
            )
        return weighting

    def _frames(self, query: File | FrameDirectory, word: str) -> Frames:
        """The frames of an unseen video, taken as those of the index were."""
        from vidrec.settings.extract_frames import FrameSettings

        if not self._paths.index.is_file():
            raise UserError(
                f"{self._paths.index} is missing: run `dvc repro build_index` to make it"
            )
        taking = params.load(FrameSettings, self._paths.index)
        return frames_of(query, word, taking, self._progress)

    def _frames_in(self, directory: Path) -> Frames:
        """The frames in a directory, be it that of a video of this project whose are not here."""
        place, paths = directory.resolve(), self._paths
        if directory.is_dir() or place.parent.parent != paths.frames.resolve():
            return read_frames(directory)
        return self._frames_of(Video.at(place))

    def _frames_of(self, video: Video) -> Frames:
        """The frames of a video of this project; made again from it where they are missing."""
        from vidrec.videos.frames_at_hand import Origin, frame_source

        paths = self._paths
        origin = Origin(paths.videos, paths.index, paths.root)
        source = frame_source(paths.frames, paths.frame_index, origin)
        known = next((each for each in source.framed if each.video == video), None)
        if known is None:
            raise UserError(f"{paths.frame_index} has no {video}: run `dvc repro extract_frames`")
        return source.read(known)

    def _detect(self, frames: Frames, detector: str) -> VideoDetections:
        """What `detector` finds in the frames of an unseen video, run as it was for the index."""
        from vidrec.commands import detect
        from vidrec.settings.classify_frames import LookingSettings

        if detector == "segmented":
            from vidrec.detections.masks import with_added

            segments = self._segment_as_indexed(frames)
            return VideoDetections(detect.QUERY, with_added(segments), looked_at=segments.frames)
        settings = params.load(LookingSettings, self._paths.index)
        if detector == "classified":
            return self._classify(frames, settings)
        self._progress(CLASSIFYING)
        files = self._classifier_files()
        return detect.classify_with_head(frames, files, self._paths.head, settings)

    def _objects(self, frames: Frames) -> "Segments | None":
        """The objects in the frames of an unseen video; None where there are no weights for it."""
        from vidrec.networks import weights

        folder = self._segmenter(self._paths.index)
        return self._segment_as_indexed(frames) if weights.are_in(folder) else None

    def _segment_as_indexed(self, frames: Frames) -> "Segments":
        """The objects in the frames of an unseen video, found as those of the index were."""
        from vidrec.settings.segment_objects import SegmenterSettings

        index = self._paths.index
        return self._segment(frames, params.load(SegmenterSettings, index), index)

    def _segmenter(self, chosen_in: Path) -> Path:
        """The folder of the segmenter that a params file, or what the index keeps of one, names."""
        from vidrec.settings.segment_objects import FINETUNED, WeightsChoice

        choice = params.load(WeightsChoice, chosen_in).weights
        return self._paths.finetuned_segmenter if choice == FINETUNED else self._paths.segmenter

    def _classifier_files(self) -> "ClassifierFiles":
        from vidrec.classifier.frame_classifier import ClassifierFiles

        paths = self._paths
        return ClassifierFiles(paths.classifier, paths.quantized_classifier, paths.root)

    def _classify(self, frames: Frames, settings: "LookingSettings") -> VideoDetections:
        from vidrec.commands import detect

        self._progress(CLASSIFYING)
        return detect.classify(frames, self._classifier_files(), settings)

    def _segment(
        self, frames: Frames, settings: "SegmenterSettings", chosen_in: Path
    ) -> "Segments":
        from vidrec.commands import detect
        from vidrec.segmenter.object_segmenter import SegmenterFiles

        self._progress("loading the segmenter, finding objects")
        files = SegmenterFiles(self._segmenter(chosen_in), self._paths.root)
        return detect.segment(frames, files, settings)
