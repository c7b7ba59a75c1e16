"""What each detector finds in the frames of one video: the calls that the stages make.

What loads torch is imported where it is used.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from vidrec.detections.distributions import Distribution, top_classes
from vidrec.detections.masks import Segments
from vidrec.detections.tree import VideoDetections
from vidrec.media.frames import Frames
from vidrec.workflow.video import Video

if TYPE_CHECKING:
    from functools import _lru_cache_wrapper

    from vidrec.classifier.frame_classifier import FrameClassifier, Predictions
    from vidrec.segmenter.object_segmenter import ObjectSegmenter
    from vidrec.settings.classify_frames import ClassifierSettings
    from vidrec.settings.segment_objects import SegmenterSettings

# Whatever a query is called, its detections are of no video of the index.
QUERY = Video("", "query")

Network = TypeVar("Network", "FrameClassifier", "ObjectSegmenter")


def classify(frames: Frames, weights: Path, settings: "ClassifierSettings") -> VideoDetections:
    """The class of each frame, by the classifier whose weights lie in `weights`."""
    labels, found = _predict(frames, weights, settings)
    return _detections(Distribution(labels, found.probability))


def classify_with_head(
    frames: Frames, weights: Path, head: Path, settings: "ClassifierSettings"
) -> VideoDetections:
    """The class of each frame, by the new head in `head` on the classifier's trunk."""
    from vidrec.head.apply_head import apply
    from vidrec.head.finetune_head import load_head

    _, found = _predict(frames, weights, settings)
    return _detections(apply(load_head(head), found.features, QUERY.video_id))


def segment(frames: Frames, files: "SegmenterFiles", settings: "SegmenterSettings") -> Segments:
    """The objects in the frames, with their masks, by the segmenter in `files`."""
    from vidrec.segmenter.object_segmenter import load_segmenter, segment_frames

    segmenter = _loaded(load_segmenter, files, settings)
    return segment_frames(frames, segmenter, settings.frame_fps, settings.fps)


def _predict(
    frames: Frames, weights: Path, settings: "ClassifierSettings"
) -> tuple[tuple[str, ...], "Predictions"]:
    from vidrec.classifier.frame_classifier import load_classifier

    classifier = _loaded(load_classifier, weights, settings)
    return classifier.card.labels, classifier.predict(frames.pictures())


def _loaded(load: "_lru_cache_wrapper[Network]", folder: Path, settings: Any) -> Network:
    """The network in `folder`: there may be another one there than when `load` last looked."""
    from vidrec.networks.weights import read_card

    network = load(folder, settings)
    if network.card != read_card(folder):
        load.cache_clear()
        network = load(folder, settings)
    return network


def _detections(found: Distribution) -> VideoDetections:
    return VideoDetections(QUERY, top_classes(found), found)
