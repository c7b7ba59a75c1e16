"""Find the objects in the frames of each video, with the share of the frame each covers."""

from pathlib import Path

from vidrec.detections.masks import write_segments
from vidrec.networks import surroundings
from vidrec.networks.precision import resolve
from vidrec.segmenter import segment_objects
from vidrec.segmenter.object_segmenter import SegmenterFiles
from vidrec.settings.segment_objects import Params
from vidrec.workflow import params, script
from vidrec.workflow.absent import skipping
from vidrec.workflow.files import atomic_directory, write_json


def main() -> None:
    parser = script.parser(__doc__)
    parser.add_argument("--frames", type=Path, required=True, help="<category>/<video>/<n>.jpg")
    parser.add_argument("--weights", type=Path, required=True, help="folder of the segmenter")
    parser.add_argument("--detections", type=Path, required=True, help="output: CSV per video")
    parser.add_argument("--metrics", type=Path, required=True, help="output: JSON, how it ran")
    args = parser.parse_args()
    settings = params.load(Params, args.params)
    with (
        script.lock("segment_objects"),
        skipping(
            "segment_objects",
            args.detections,
            instead=lambda _: write_json(args.metrics, surroundings.NOTHING),
        ),
        atomic_directory(args.detections) as folder,
    ):
        settings.check_wanted()
        files = SegmenterFiles(args.weights)
        for video, found in segment_objects.segment_all(args.frames, files, settings):
            write_segments(folder, video, found)
        write_json(args.metrics, surroundings.report(resolve(settings.precision)))


if __name__ == "__main__":
    script.run(main, resumes=True)
