"""Learn the category of a video from its importance vector, cross-validated by video."""

import sys
from pathlib import Path

from vidrec.vectors import train_video_classifier
from vidrec.vectors.vectors import read_vectors
from vidrec.workflow import params, script
from vidrec.workflow.files import write_json
from vidrec.workflow.tables import write_table


def main() -> None:
    parser = script.parser(__doc__)
    parser.add_argument("--vectors", type=Path, required=True, help="CSV file of the vectors")
    parser.add_argument("--metrics", type=Path, required=True, help="JSON file to write: scores")
    parser.add_argument("--confusion", type=Path, help="CSV file: video_id,actual,predicted")
    parser.add_argument("--model", type=Path, help="JSON file to write: the fitted classifier")
    args = parser.parse_args()

    settings = params.load(train_video_classifier.Params, args.params)
    vectors = train_video_classifier.by_id(read_vectors(args.vectors))
    validation = train_video_classifier.cross_validate(vectors, settings)
    alone = sorted({*vectors.ids} - {*validation.ids})
    if alone:
        print("not validated, alone in their category:", *alone, file=sys.stderr)

    write_json(args.metrics, train_video_classifier.evaluate(validation))
    if args.confusion:
        write_table(args.confusion, train_video_classifier.confusion(validation))
    if args.model:
        classifier = train_video_classifier.train(vectors, settings)
        write_json(args.model, train_video_classifier.classifier_to_dict(classifier))


if __name__ == "__main__":
    script.run(main)
