"""Turn each video's detections into one vector of how important each object is in it."""

from pathlib import Path

from vidrec.detections import masks, tree
from vidrec.settings.weigh_objects import Params
from vidrec.vectors import weigh_objects
from vidrec.vectors.sparse import write_sparse
from vidrec.vectors.vectors import write_vectors
from vidrec.vectors.weighting import write_weighting
from vidrec.workflow import params, script
from vidrec.workflow.files import write_json
from vidrec.workflow.tables import write_table


def main() -> None:
    parser = script.parser(__doc__)
    parser.add_argument(
        "--detections", type=Path, required=True, help="directory of <category>/<video_id>.csv"
    )
    parser.add_argument("--vectors", type=Path, required=True, help="CSV file to write")
    parser.add_argument("--sparse", type=Path, help="NPZ file to write: the same, without zeros")
    parser.add_argument("--weighting", type=Path, help="JSON file to write: labels and their idf")
    parser.add_argument("--metrics", type=Path, help="JSON file to write: labels,zero_vectors")
    parser.add_argument("--empty", type=Path, help="CSV file to write: videos without any object")
    args = parser.parse_args()

    settings = params.load(Params, args.params)
    if "area" in settings.term:
        videos = masks.read_with_added(args.detections)
    else:
        whole = settings.term == "probability"
        videos = tree.read_videos(args.detections, with_distribution=whole)
    weigh_objects.check_detector(args.detections, settings.detector)
    vectors, weighting = weigh_objects.weigh_videos(videos, settings, settings.ignore_labels)
    empty = weigh_objects.zero_vectors(vectors)

    write_vectors(args.vectors, vectors)
    if args.sparse:
        write_sparse(args.sparse, vectors)
    if args.weighting:
        write_weighting(args.weighting, weighting)
    if args.metrics:
        write_json(args.metrics, {"labels": len(vectors.labels), "zero_vectors": len(empty)})
    if args.empty:
        write_table(args.empty, empty)


if __name__ == "__main__":
    script.run(main)
