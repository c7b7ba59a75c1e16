"""Find the objects in the frames of each video, with the share of the frame each covers."""

from functools import partial
from pathlib import Path

from vidrec.detections.masks import write_segments
from vidrec.networks.precision import resolve
from vidrec.networks.surroundings import write_report
from vidrec.segmenter import segment_objects
from vidrec.segmenter.object_segmenter import SegmenterFiles
from vidrec.settings.segment_objects import FINETUNED, Params, WeightsChoice
from vidrec.videos import frames_at_hand
from vidrec.workflow import params, script
from vidrec.workflow.absent import check_there, skipping
from vidrec.workflow.files import atomic_directory


def main() -> None:
    parser = script.parser(__doc__)
    frames_at_hand.add_arguments(parser)
    parser.add_argument("--weights", type=Path, required=True, help="folder of the segmenter")
    parser.add_argument("--finetuned", type=Path, help="folder of the one of own classes")
    parser.add_argument("--detections", type=Path, required=True, help="output: CSV per video")
    parser.add_argument("--metrics", type=Path, help="output: JSON, how it ran")
    args = parser.parse_args()
    settings = params.load(Params, args.params)
    own = params.load(WeightsChoice, args.params).weights == FINETUNED
    weights = args.finetuned if own and args.finetuned else args.weights
    report = partial(write_report, args.metrics, "segmented_by")
    with (
        script.lock("segment_objects"),
        skipping("segment_objects", args.detections, instead=lambda _: report(None)),
        atomic_directory(args.detections) as folder,
    ):
        settings.check_wanted()
        check_there(weights)
        frames, files = frames_at_hand.of_stage(args), SegmenterFiles(weights)
        for video, found in segment_objects.segment_all(frames, files, settings):
            write_segments(folder, video, found)
        report(resolve(settings.precision))


if __name__ == "__main__":
    script.run(main, resumes=True)
