"""Name the most similar videos of each video, and measure how good they are."""

from pathlib import Path

from vidrec.recommender import build_index
from vidrec.recommender.similarity import DEPTH
from vidrec.vectors.vectors import read_vectors
from vidrec.workflow import params, script
from vidrec.workflow.files import write_json
from vidrec.workflow.tables import check_numbers, read_table, write_table


def main() -> None:
    parser = script.parser(__doc__)
    parser.add_argument("--vectors", type=Path, required=True, help="CSV file of the vectors")
    parser.add_argument("--recommendations", type=Path, required=True, help="CSV file to write")
    parser.add_argument("--metrics", type=Path, required=True, help="JSON file to write: scores")
    parser.add_argument("--truth", type=Path, help="CSV file: video_id,frame,label,area_pct")
    parser.add_argument("--precision-at-k", type=Path, help="CSV file to write: k,precision")
    parser.add_argument("--scores-by-video", type=Path, help="CSV file to write: scores of each")
    args = parser.parse_args()

    settings = params.load(build_index.Params, args.params)
    vectors = read_vectors(args.vectors)
    ranking = build_index.rank_all(vectors, max(settings.neighbors, DEPTH))
    metrics = build_index.evaluate(vectors, ranking)
    if args.truth:
        truth = read_table(args.truth, ["video_id", "frame", "label", "area_pct"])
        check_numbers(args.truth, truth, "area_pct", 0, 100)
        metrics |= build_index.truth_agreement(vectors, ranking, truth)

    listed = build_index.recommendations(vectors, ranking, settings.neighbors)
    write_table(args.recommendations, listed)
    write_json(args.metrics, metrics)
    if args.precision_at_k:
        write_table(args.precision_at_k, build_index.precision_by_place(vectors, ranking))
    if args.scores_by_video:
        write_table(args.scores_by_video, build_index.scores_by_video(vectors, ranking))


if __name__ == "__main__":
    script.run(main)
