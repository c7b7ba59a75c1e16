"""Turn each video's detections into one vector of how important each object is in it."""

from pathlib import Path

from vidrec.detections.tree import read_videos
from vidrec.vectors import weigh_objects
from vidrec.vectors.vectors import write_vectors
from vidrec.workflow import params, script
from vidrec.workflow.files import write_json


def main() -> None:
    parser = script.parser(__doc__)
    parser.add_argument(
        "--detections", type=Path, required=True, help="directory of <category>/<video_id>.csv"
    )
    parser.add_argument("--vectors", type=Path, required=True, help="CSV file to write")
    parser.add_argument("--weighting", type=Path, help="JSON file to write: labels and their idf")
    parser.add_argument("--metrics", type=Path, help="JSON file to write: counts")
    args = parser.parse_args()

    settings = params.load(weigh_objects.Params, args.params)
    videos = read_videos(args.detections, with_distribution=settings.term == "probability")
    vectors, weighting = weigh_objects.weigh_videos(videos, settings)

    write_vectors(args.vectors, vectors)
    if args.weighting:
        write_json(args.weighting, weigh_objects.weighting_to_dict(weighting))
    if args.metrics:
        write_json(args.metrics, weigh_objects.summary(vectors))


if __name__ == "__main__":
    script.run(main)
