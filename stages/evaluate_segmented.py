"""Measure the object segmenter against the masks of what was drawn."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from vidrec.detections.truth import read_masks
from vidrec.segmenter import evaluate_segmented
from vidrec.settings.evaluate_segmented import Params
from vidrec.workflow import files, params, script, tables
from vidrec.workflow.absent import skipping
from vidrec.workflow.errors import tell


def main() -> None:
    parser = script.parser(__doc__)
    parser.add_argument("--detections", type=Path, required=True, help="from segment_objects")
    parser.add_argument("--truth-masks", type=Path, required=True, help="masks of what was drawn")
    parser.add_argument("--metrics", type=Path, required=True, help="output: JSON")
    parser.add_argument("--by-label", type=Path, help="output: CSV, the figures of each label")
    args = parser.parse_args()
    settings = params.load(Params, args.params)

    def write(metrics: Mapping[str, float | None], by_label: pd.DataFrame) -> None:
        files.write_json(args.metrics, metrics)
        if args.by_label:
            tables.write_table(args.by_label, by_label)

    with skipping("evaluate_segmented", instead=lambda _: write(*evaluate_segmented.nothing())):
        truth = evaluate_segmented.index_truth(read_masks(args.truth_masks))
        found = evaluate_segmented.read_found(args.detections)
        metrics, table = evaluate_segmented.measure(found, truth, settings)
        if metrics["mask_recall"] is None:
            tell("evaluate_segmented: no truth is known of these videos")
        write(metrics, table)


if __name__ == "__main__":
    script.run(main)
