"""Classify each frame of each video; keep class distributions and the trunk's features."""

from pathlib import Path

from vidrec.detections.distributions import Distribution
from vidrec.detections.features import write_features
from vidrec.detections.tree import write_classes
from vidrec.settings.classify_frames import Params
from vidrec.videos import frames_at_hand
from vidrec.workflow import params, script
from vidrec.workflow.absent import skipping
from vidrec.workflow.files import atomic_directory


def main() -> None:
    parser = script.parser(__doc__)
    frames_at_hand.add_arguments(parser)
    parser.add_argument("--videos", type=Path, help="what missing frames are made again from")
    parser.add_argument("--weights", type=Path, required=True, help="folder of the classifier")
    parser.add_argument("--detections", type=Path, required=True, help="output: CSV per video")
    parser.add_argument("--features", type=Path, required=True, help="output: trunk features")
    args = parser.parse_args()
    settings = params.load(Params, args.params)
    with (
        script.lock("classify_frames"),
        skipping("classify_frames", args.detections, args.features),
        atomic_directory(args.detections) as detections,
        atomic_directory(args.features) as features,
    ):
        # Loads torch, which takes seconds: whoever stops the stage meanwhile is answered as later.
        from vidrec.classifier import classify_frames
        from vidrec.networks import weights

        frames = frames_at_hand.of_stage(args)
        classified = classify_frames.classify_all(frames, args.weights, settings)
        labels = weights.read_card(args.weights).labels
        for video, found in classified:
            write_classes(detections, video, Distribution(labels, found.probability))
            write_features(features, video, found.features)


if __name__ == "__main__":
    script.run(main, resumes=True)
