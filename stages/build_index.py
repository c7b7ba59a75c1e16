"""Name the most similar videos of each video, and measure how good they are."""

from pathlib import Path

from vidrec.detections import copies, truth
from vidrec.metrics import by_video, retrieval
from vidrec.recommender import hubness, index_params, judge, recommendations
from vidrec.settings.build_index import Params
from vidrec.vectors.sparse import load_vectors
from vidrec.workflow import files, params, script


def main() -> None:
    parser = script.parser(__doc__)
    for name, what, required in (
        ("--vectors", "CSV or NPZ: the vectors", True),
        ("--recommendations", "CSV file to write", True),
        ("--metrics", "JSON file to write: scores", True),
        ("--truth", "CSV file: video_id,frame,label,area_pct", False),
        ("--copies", "CSV file: video_id,copy_of,share", False),
        ("--by-category", "CSV file to write: scores of each", False),
        ("--precision-at-k", "CSV file to write: k,precision", False),
        ("--scores-by-video", "CSV file to write: scores of each", False),
        ("--index", "JSON file to write: params of the detections", False),
        ("--hubness", "CSV file to write: video_id,hubness", False),
        ("--clusters", "directory to write: an index of many videos", False),
    ):
        parser.add_argument(name, type=Path, required=required, help=what)
    args = parser.parse_args()
    settings, vectors = params.load(Params, args.params), load_vectors(args.vectors)
    areas = truth.read_areas(args.truth) if args.truth else None
    told = copies.read_copies(args.copies) if args.copies else {}
    found = judge.rank_few_or_many(vectors, areas, told, settings, args.clusters)
    ranked = vectors, found.ranking, settings.neighbors
    recommendations.write_recommendations(args.recommendations, *ranked)
    files.write_json(args.metrics, {**retrieval.headlines(found.scores), **found.recall})
    if args.by_category:
        retrieval.write_by_category(args.by_category, found.scores, vectors.categories, found.apart)
    if args.precision_at_k:
        retrieval.write_precision_by_place(args.precision_at_k, found.by_place)
    if args.scores_by_video:
        by_video.write_scores(args.scores_by_video, vectors.videos, found.scores)
    if args.hubness:
        hubness.write_hubness(args.hubness, vectors.ids, found.hubness)
    if args.index:
        index_params.write_index(args.index, params.load(index_params.Params, args.params))


if __name__ == "__main__":
    script.run(main)
