"""Where a project is, and where everything of it lies: each path below its top, once.

For what reads a project without being told where: the command line, and the tools for experiments
and review. Stages do not look here: dvc.yaml names their inputs and outputs as arguments.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from vidrec.workflow.errors import UserError

PARAMS = "params.yaml"
# What the top directory of a project holds.
MARKS = ("dvc.yaml", PARAMS, "stages")


def find_root(start: Path) -> Path:
    """The top of the project that `start` is, or lies in, as an absolute path.

    Raises UserError where `start` is not a directory, or of no project.
    """
    if not start.is_dir():
        raise UserError(f"{start} is not a directory: name one that is, or lies in, a project")
    try:
        place = start.resolve()
    except FileNotFoundError:
        raise UserError(
            "the current directory is not there any more: change to one that is (cd)"
        ) from None
    for folder in (place, *place.parents):
        if all((folder / name).exists() for name in MARKS):
            return folder
    raise UserError(
        f"{place} is not in a project of vidrec, for neither it nor a directory above it has"
        f" {', '.join(MARKS[:-1])} and {MARKS[-1]}/: change to one that is (cd)"
    )


def shortest(path: Path) -> Path:
    """An absolute path as messages show it: from the current directory where that is shorter."""
    try:
        return Path(min(os.path.relpath(path), str(path), key=len))
    except FileNotFoundError:  # the current directory has been deleted
        return path


@dataclass(frozen=True)
class ProjectPaths:
    """The paths of the project whose top directory is `root`."""

    root: Path = Path()

    @property
    def videos(self) -> Path:
        """The videos, with their manifest."""
        return self.root / "data/videos"

    @property
    def frames(self) -> Path:
        """The frames of the videos: no out of DVC, which has the index of them."""
        return self.root / "data/frames"

    @property
    def frame_index(self) -> Path:
        """The videos that have frames, and what these are."""
        return self.root / "data/frames.csv"

    @property
    def copies(self) -> Path:
        """The videos that are copies of others."""
        return self.root / "data/copies.csv"

    @property
    def classifier(self) -> Path:
        """The frame classifier's weights."""
        return self.root / "data/weights/classifier"

    @property
    def quantized_classifier(self) -> Path:
        """The frame classifier in int8, where that is asked for."""
        return self.root / "data/weights/classifier_int8"

    @property
    def head(self) -> Path:
        """The weights of the new final layer."""
        return self.root / "data/weights/head"

    @property
    def segmenter(self) -> Path:
        """The object segmenter's weights."""
        return self.root / "data/weights/segmenter"

    @property
    def finetuned_segmenter(self) -> Path:
        """The object segmenter's weights for own classes."""
        return self.root / "data/weights/finetuned_segmenter"

    def detections(self, detector: str) -> Path:
        """What `classified`, `finetuned` or `segmented` has found."""
        return self.root / "data/detections" / detector

    @property
    def vectors(self) -> Path:
        return self.root / "data/vectors.csv"

    @property
    def sparse_vectors(self) -> Path:
        """The same without zeros, for collections that are no table any more."""
        return self.root / "data/vectors.npz"

    @property
    def clusters(self) -> Path:
        """What spares comparing a query with all videos; empty where they are few."""
        return self.root / "data/index"

    @property
    def hubness(self) -> Path:
        """How near each video is to others anyway, where that counts."""
        return self.root / "data/hubness.json"

    @property
    def usual(self) -> Path:
        """What is usual in the index, which tells what is not."""
        return self.root / "data/usual.json"

    @property
    def weighting(self) -> Path:
        """How the vectors were weighed."""
        return self.root / "data/weighting.json"

    @property
    def index(self) -> Path:
        """With which params the videos of the index were looked at."""
        return self.root / "data/index.json"

    @property
    def video_classifier(self) -> Path:
        return self.root / "data/video_classifier.json"

    @property
    def categories(self) -> Path:
        """The category that each video would get from the other videos alone."""
        return self.root / "data/categories.csv"

    @property
    def index_metrics(self) -> Path:
        return self.root / "metrics/build_index.json"

    @property
    def classifier_metrics(self) -> Path:
        return self.root / "metrics/train_video_classifier.json"

    @property
    def failed_videos(self) -> Path:
        """The videos that gave no frames."""
        return self.root / "metrics/plots/failed_videos.csv"

    @property
    def scores_by_video(self) -> Path:
        """What each figure of the index is for each video."""
        return self.root / "metrics/plots/scores_by_video.csv"

    @property
    def first_ten(self) -> Path:
        """The ten most similar videos of each video, or of some of very many."""
        return self.root / "metrics/first_ten.csv"

    @property
    def confusion(self) -> Path:
        """The category of each video, and the one that it would get."""
        return self.root / "metrics/plots/confusion.csv"

    @property
    def precision_at_k(self) -> Path:
        return self.root / "metrics/plots/precision_at_k.csv"

    @property
    def page(self) -> Path:
        return self.root / "reports/index.html"
