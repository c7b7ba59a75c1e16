"""Name the most similar videos of each video, and measure how good they are."""

from pathlib import Path

from vidrec.detections.truth import read_areas
from vidrec.metrics import retrieval
from vidrec.metrics.by_video import write_scores
from vidrec.recommender import index_params
from vidrec.recommender.against_truth import rank_few_or_many
from vidrec.recommender.ranking import DEPTH
from vidrec.recommender.recommendations import write_recommendations
from vidrec.settings.build_index import Params
from vidrec.vectors.sparse import load_vectors
from vidrec.workflow import params, script
from vidrec.workflow.files import write_json


def main() -> None:
    parser = script.parser(__doc__)
    parser.add_argument("--vectors", type=Path, required=True, help="CSV or NPZ: the vectors")
    parser.add_argument("--recommendations", type=Path, required=True, help="CSV file to write")
    parser.add_argument("--metrics", type=Path, required=True, help="JSON file to write: scores")
    parser.add_argument("--truth", type=Path, help="CSV file: video_id,frame,label,area_pct")
    parser.add_argument("--by-category", type=Path, help="CSV file to write: scores of each")
    parser.add_argument("--precision-at-k", type=Path, help="CSV file to write: k,precision")
    parser.add_argument("--scores-by-video", type=Path, help="CSV file to write: scores of each")
    parser.add_argument("--index", type=Path, help="JSON file to write: params of the detections")
    parser.add_argument("--clusters", type=Path, help="directory to write: an index of many videos")
    args = parser.parse_args()
    settings = params.load(Params, args.params)
    vectors = load_vectors(args.vectors)
    areas = read_areas(args.truth) if args.truth else None
    ranking, agreement, recall = rank_few_or_many(vectors, areas, settings, args.clusters)
    relevant = retrieval.relevance(vectors.categories, ranking.order[:, :DEPTH])
    scores = retrieval.query_scores(vectors.categories, relevant)

    write_recommendations(args.recommendations, vectors, ranking, settings.neighbors)
    write_json(args.metrics, retrieval.headlines(scores) | recall)
    if args.by_category:
        retrieval.write_by_category(args.by_category, scores.join(agreement), vectors.categories)
    if args.precision_at_k:
        retrieval.write_precision_by_place(args.precision_at_k, relevant)
    if args.scores_by_video:
        write_scores(args.scores_by_video, vectors.videos, scores)
    if args.index:
        index_params.write_index(args.index, params.load(index_params.Params, args.params))


if __name__ == "__main__":
    script.run(main)
