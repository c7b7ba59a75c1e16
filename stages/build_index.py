"""Name the most similar videos of each video, and measure how good they are."""

from pathlib import Path

from vidrec.detections.copies import read_copies
from vidrec.detections.truth import read_areas
from vidrec.recommender import findings, index_params
from vidrec.recommender.judge import rank_few_or_many
from vidrec.settings.build_index import Params
from vidrec.vectors.sparse import load_vectors
from vidrec.workflow import params, script
from vidrec.workflow.errors import tell


def main() -> None:
    parser = script.parser(__doc__)
    parser.add_argument("--vectors", type=Path, required=True, help="CSV or NPZ: the vectors")
    findings.add_arguments(parser)
    parser.add_argument("--truth", type=Path, help="CSV file: video_id,frame,label,area_pct")
    parser.add_argument("--copies", type=Path, help="CSV file: video_id,copy_of,share")
    parser.add_argument("--index", type=Path, help="JSON file to write: params of the detections")
    parser.add_argument("--clusters", type=Path, help="directory to write: an index of many videos")
    args = parser.parse_args()
    settings = params.load(Params, args.params)
    vectors = load_vectors(args.vectors)
    areas = read_areas(args.truth) if args.truth else None
    copies = read_copies(args.copies) if args.copies else {}
    found = rank_few_or_many(vectors, areas, copies, settings, args.clusters)

    findings.write(args, vectors, found, settings.neighbors)
    if args.index:
        index_params.write_index(args.index, params.load(index_params.Params, args.params))
    apart = findings.apart_text(vectors, found)
    if apart:
        tell(apart)


if __name__ == "__main__":
    script.run(main)
