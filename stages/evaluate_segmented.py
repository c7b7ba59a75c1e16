"""Measure the object segmenter against the masks of what was drawn."""

from pathlib import Path

from vidrec.segmenter import evaluate_segmented
from vidrec.workflow import files, params, script, tables


def main() -> None:
    parser = script.parser(__doc__)
    parser.add_argument("--detections", type=Path, required=True, help="from segment_objects")
    parser.add_argument("--truth-masks", type=Path, required=True, help="masks of what was drawn")
    parser.add_argument("--metrics", type=Path, required=True, help="output: JSON")
    args = parser.parse_args()
    settings = params.load(evaluate_segmented.Params, args.params)
    columns = ("video_id", "frame", "label", "size", "counts")
    truth = evaluate_segmented.index_truth(tables.read_table(args.truth_masks, columns))
    found = evaluate_segmented.read_found(args.detections)
    files.write_json(args.metrics, evaluate_segmented.measure(found, truth, settings))


if __name__ == "__main__":
    script.run(main)
