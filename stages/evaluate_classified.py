"""Measure the frame classifier against the truth of the sample videos."""

from pathlib import Path

from vidrec.classifier import evaluate_classified
from vidrec.workflow import files, params, script, tables


def main() -> None:
    parser = script.parser(__doc__)
    parser.add_argument("--detections", type=Path, required=True, help="from classify_frames")
    parser.add_argument("--truth", type=Path, required=True, help="what was drawn")
    parser.add_argument("--metrics", type=Path, required=True, help="output: JSON")
    args = parser.parse_args()
    settings = params.load(evaluate_classified.Params, args.params)
    found = evaluate_classified.read_top_classes(args.detections)
    truth = tables.read_table(args.truth, ("video_id", "frame", "label", "area_pct"))
    files.write_json(args.metrics, evaluate_classified.measure(found, truth, settings))


if __name__ == "__main__":
    script.run(main)
