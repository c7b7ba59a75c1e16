"""A project that questions are asked of: loads what an answer needs, and hands on values.

Here a word for a video is resolved, once. What is below knows no paths of the project and no
params file. Each question imports what it needs: one about a video of the index must not wait for
torch.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vidrec.commands import neighbors
from vidrec.commands.neighbors import Answer
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
from vidrec.detections.tree import VideoDetections
from vidrec.media.frames import Frames
from vidrec.project import Project
from vidrec.vectors.categories import Guess, read_categories
from vidrec.vectors.vectors import Vectors, read_vectors
from vidrec.vectors.video_classifier import VideoClassifier, read_classifier
from vidrec.vectors.weigh_objects import weigh_video
from vidrec.vectors.weighting import Weighting, read_weighting
from vidrec.videos.manifest import ids_by_content
from vidrec.workflow import params
from vidrec.workflow.errors import UserError

if TYPE_CHECKING:
    from vidrec.commands.inspection import Inspected
    from vidrec.detections.masks import Segments


@dataclass(frozen=True)
class Session:
    """`progress` is told what is being done. What a user has named wrongly is a UserError."""

    project: Project
    progress: Progress

    def recommend(self, word: str, count: int) -> Answer:
        """The `count` videos most like the one that `word` names, and the category it would get."""
        vectors = read_vectors(self.project.vectors)
        with self._at_hand(word, vectors) as query:
            if isinstance(query, Indexed):
                return neighbors.of_indexed(vectors, query.video, count, self._guesses())
            weighting = self._weighting(vectors)
            frames = self._frames(query, word)
        vector = weigh_video(self._detect(frames, weighting.params.detector), weighting)
        neighbors.check_any_object(vector, word)
        classifier = self._classifier()
        none = classifier is None and self.project.video_classifier.is_file()
        why = neighbors.TOO_FEW if none else neighbors.UNTRAINED
        return neighbors.of_unseen(vectors, vector, count, classifier, why)

    def inspect(self, word: str) -> "tuple[str, Inspected]":
        """A name that will do for a file, and what is known of the video that `word` names.

        Of a video of the index it is what is stored; of any other it is found now.
        """
        from vidrec.commands import inspection
        from vidrec.videos.names import safe_names

        with self._at_hand(word, read_vectors(self.project.vectors)) as query:
            (name,) = safe_names([query.name], [word])
            if isinstance(query, Indexed):
                places = (self.project.detections(each) for each in ("classified", "segmented"))
                return name, inspection.of_indexed(query.video, self.project.frames, *places)
            frames = self._frames(query, word)
        classes = self._detect(frames, "classified").table
        return name, inspection.of_frames(name, frames, classes, self._objects(frames))

    def _at_hand(
        self, word: str, vectors: Vectors
    ) -> AbstractContextManager[Indexed | File | FrameDirectory]:
        contents = ids_by_content(self.project.videos)
        lookup = Lookup(vectors.videos, contents, self.project.frames, self.project.vectors)
        return at_hand(resolve(word, lookup), lookup, self.progress)

    def _guesses(self) -> Mapping[str, Guess]:
        path = self.project.categories
        return read_categories(path) if path.is_file() else {}

    def _classifier(self) -> VideoClassifier | None:
        path = self.project.video_classifier
        return read_classifier(path) if path.is_file() else None

    def _weighting(self, vectors: Vectors) -> Weighting:
        """The stored weighting, which must be that of `vectors`."""
        weighting = read_weighting(self.project.weighting)
        if weighting.labels != vectors.labels:
            raise UserError(
                f"{self.project.weighting} and {self.project.vectors} have different labels: they"
                " are of different runs, make them again (`dvc repro -f weigh_objects`)"
            )
        return weighting

    def _frames(self, query: File | FrameDirectory, word: str) -> Frames:
        """The frames of an unseen video, taken as those of the index were."""
        from vidrec.settings.extract_frames import FrameSettings

        if not self.project.index.is_file():
            raise UserError(
                f"{self.project.index} is missing: run `dvc repro build_index` to make it"
            )
        taking = params.load(FrameSettings, self.project.index)
        return frames_of(query, word, taking, self.progress)

    def _detect(self, frames: Frames, detector: str) -> VideoDetections:
        """What `detector` finds in the frames of an unseen video, run as it was for the index."""
        from vidrec.commands import detect

        if detector == "segmented":
            return VideoDetections(detect.QUERY, self._segment(frames).table)
        self.progress("loading the classifier, looking at the frames")
        from vidrec.settings.classify_frames import ClassifierSettings

        settings = params.load(ClassifierSettings, self.project.index)
        if detector == "finetuned":
            folders = self.project.classifier, self.project.head
            return detect.classify_with_head(frames, *folders, settings)
        return detect.classify(frames, self.project.classifier, settings)

    def _objects(self, frames: Frames) -> "Segments | None":
        """As `_segment`; None where there are no weights for it."""
        from vidrec.networks import weights

        return self._segment(frames) if weights.are_in(self.project.segmenter) else None

    def _segment(self, frames: Frames) -> "Segments":
        """The objects in the frames of an unseen video, with their masks."""
        self.progress("loading the segmenter, finding objects")
        from vidrec.commands import detect
        from vidrec.settings.segment_objects import SegmenterSettings

        settings = params.load(SegmenterSettings, self.project.index)
        return detect.segment(frames, self.project.segmenter, settings)
