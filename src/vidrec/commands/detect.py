"""What each detector finds in the frames of one video: the calls that the stages make.

What loads torch is imported where it is used.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from vidrec.detections.distributions import Distribution, top_classes
from vidrec.detections.masks import Segments
from vidrec.detections.tree import VideoDetections
from vidrec.media.frames import Frames
from vidrec.workflow.video import Video

if TYPE_CHECKING:
    from vidrec.classifier.frame_classifier import ClassifierFiles, Predictions
    from vidrec.segmenter.object_segmenter import SegmenterFiles
    from vidrec.settings.classify_frames import LookingSettings
    from vidrec.settings.segment_objects import SegmenterSettings

# Whatever a query is called, its detections are of no video of the index.
QUERY = Video("", "query")


# Of 255, what the standard deviation of red, green and blue is below in a picture that shows
# nothing, as strong noise has more; and how many frames tell whether a video does.
BLANK, TRIED = 4.0, 16


def is_blank(frames: Frames) -> bool:
    """Whether the frames of a video show nothing, as each is of one colour: all but noise."""
    step = max(1, len(frames.files) // TRIED)
    numbers = range(1, len(frames.files) + 1, step)
    return all(frames.picture(number).std(axis=(0, 1)).max() < BLANK for number in numbers)


def classify(
    frames: Frames, files: "ClassifierFiles", settings: "LookingSettings"
) -> VideoDetections:
    """The class of each frame that is looked at, by the classifier in `files`."""
    labels, found = _predict(frames, files, settings)
    return _detections(Distribution(labels, found.probability), found)


def classify_with_head(
    frames: Frames, files: "ClassifierFiles", head: Path, settings: "LookingSettings"
) -> VideoDetections:
    """The same by the new head in `head` on the classifier's trunk."""
    from vidrec.head.apply_head import apply
    from vidrec.head.finetune_head import load_head

    _, found = _predict(frames, files, settings)
    return _detections(apply(load_head(head), found.features, QUERY.video_id), found)


def segment(frames: Frames, files: "SegmenterFiles", settings: "SegmenterSettings") -> Segments:
    """The objects in the frames, with their masks, by the segmenter in `files`."""
    from vidrec.networks.weights import read_card
    from vidrec.segmenter.object_segmenter import load_segmenter, segment_frames

    segmenter = load_segmenter(files, settings)
    if segmenter.card != read_card(files.weights):
        load_segmenter.cache_clear()
        segmenter = load_segmenter(files, settings)
    return segment_frames(frames, segmenter, settings.frame_fps, settings.fps)


def _predict(
    frames: Frames, files: "ClassifierFiles", settings: "LookingSettings"
) -> tuple[tuple[str, ...], "Predictions"]:
    from vidrec.classifier.frame_classifier import classify_video, load_classifier, version

    # It may be another one than the network that was loaded before.
    if load_classifier(files, settings).version != version(files, settings):
        load_classifier.cache_clear()
    found = classify_video(files, settings, frames)
    return load_classifier(files, settings).card.labels, found


def _detections(found: Distribution, of: "Predictions") -> VideoDetections:
    return VideoDetections(QUERY, top_classes(found, of.frames), found)
