"""Learn the category of a video from its importance vector, cross-validated by video."""

from pathlib import Path

from vidrec.detections.copies import read_copies
from vidrec.metrics.by_video import write_confusion
from vidrec.settings.train_video_classifier import Params
from vidrec.vectors import train_video_classifier
from vidrec.vectors.categories import write_categories
from vidrec.vectors.sparse import load_vectors
from vidrec.vectors.video_classifier import write_classifier
from vidrec.workflow import files, params, script, tables
from vidrec.workflow.absent import skipping
from vidrec.workflow.errors import tell


def main() -> None:
    parser = script.parser(__doc__)
    parser.add_argument("--vectors", type=Path, required=True, help="CSV or NPZ: the vectors")
    parser.add_argument("--copies", type=Path, help="CSV: which videos are copies of others")
    parser.add_argument("--metrics", type=Path, required=True, help="JSON: accuracy,macro_f1")
    parser.add_argument("--by-category", type=Path, help="CSV file to write: scores of each")
    parser.add_argument("--confusion", type=Path, help="CSV file: video_id,actual,predicted")
    parser.add_argument("--categories", type=Path, help="CSV: video_id,category,probability")
    parser.add_argument("--model", type=Path, help="JSON file to write: the fitted classifier")
    args = parser.parse_args()
    settings = params.load(Params, args.params)
    vectors = train_video_classifier.by_id(load_vectors(args.vectors))
    copies = read_copies(args.copies) if args.copies else {}
    found, trained = train_video_classifier.NOTHING, None
    with skipping("train_video_classifier"):
        found = train_video_classifier.cross_validate(vectors, settings, copies)
        trained = train_video_classifier.train(vectors, settings)
    if trained and (alone := sorted({*vectors.ids} - {*found.ids})):
        tell(f"not validated, alone in their category: {' '.join(alone)}")
    scores = train_video_classifier.evaluate(found)
    files.write_json(args.metrics, train_video_classifier.headlines(scores))
    if args.by_category:
        tables.write_table(args.by_category, scores)
    if args.confusion:
        write_confusion(args.confusion, found.ids, found.actual, found.predicted)
    if args.categories:
        write_categories(args.categories, dict(zip(found.ids, found.guesses, strict=True)))
    if args.model:
        write_classifier(args.model, trained)


if __name__ == "__main__":
    script.run(main)
