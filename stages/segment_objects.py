"""Find the objects in the frames of each video, with the share of the frame each covers."""

from pathlib import Path

from vidrec.detections.masks import write_segments
from vidrec.settings.segment_objects import Params
from vidrec.videos import frames_at_hand
from vidrec.workflow import params, script
from vidrec.workflow.absent import skipping
from vidrec.workflow.files import atomic_directory


def main() -> None:
    parser = script.parser(__doc__)
    frames_at_hand.add_arguments(parser)
    parser.add_argument("--videos", type=Path, help="what missing frames are made again from")
    parser.add_argument("--weights", type=Path, required=True, help="folder of the segmenter")
    parser.add_argument("--detections", type=Path, required=True, help="output: CSV per video")
    args = parser.parse_args()
    settings = params.load(Params, args.params)
    with (
        script.lock("segment_objects"),
        skipping("segment_objects", args.detections),
        atomic_directory(args.detections) as folder,
    ):
        settings.check_wanted()
        # Loads torch, which takes seconds: not for a stage that is skipped.
        from vidrec.segmenter import segment_objects

        frames = frames_at_hand.of_stage(args)
        for video, found in segment_objects.segment_all(frames, args.weights, settings):
            write_segments(folder, video, found)


if __name__ == "__main__":
    script.run(main, resumes=True)
