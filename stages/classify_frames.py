"""Classify each frame of each video; keep class distributions and the trunk's features."""

from functools import partial
from pathlib import Path

from vidrec.classifier import classify_frames
from vidrec.classifier.frame_classifier import ClassifierFiles
from vidrec.detections.distributions import Distribution
from vidrec.detections.features import write_features
from vidrec.detections.tree import write_classes
from vidrec.networks.precision import resolve
from vidrec.networks.surroundings import write_report
from vidrec.networks.weights import read_card
from vidrec.settings.classify_frames import Params
from vidrec.videos import frames_at_hand
from vidrec.workflow import params, script
from vidrec.workflow.absent import skipping
from vidrec.workflow.files import atomic_directory


def main() -> None:
    parser = script.parser(__doc__)
    frames_at_hand.add_arguments(parser)
    parser.add_argument("--weights", type=Path, required=True, help="folder of the classifier")
    parser.add_argument("--quantized", type=Path, default=Path(), help="folder of it in int8")
    parser.add_argument("--detections", type=Path, required=True, help="output: CSV per video")
    parser.add_argument("--features", type=Path, required=True, help="output: trunk features")
    parser.add_argument("--metrics", type=Path, help="output: JSON, how it ran")
    args = parser.parse_args()
    settings = params.load(Params, args.params)
    report = partial(write_report, args.metrics, "classified_by")
    with (
        script.lock("classify_frames"),
        skipping("classify_frames", args.detections, args.features, instead=lambda _: report(None)),
        atomic_directory(args.detections) as detections,
        atomic_directory(args.features) as features,
    ):
        settings.check_wanted()
        labels = read_card(args.weights).labels
        frames, files = frames_at_hand.of_stage(args), ClassifierFiles(args.weights, args.quantized)
        for video, found in classify_frames.classify_all(frames, files, settings):
            write_classes(detections, video, Distribution(labels, found.probability), found.frames)
            write_features(features, video, found.features, found.frames)
        report(resolve(settings.precision))


if __name__ == "__main__":
    script.run(main, resumes=True)
