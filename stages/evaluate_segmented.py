"""Measure the object segmenter against the masks of what was drawn."""

from functools import partial
from pathlib import Path

from vidrec.detections.truth import read_masks
from vidrec.metrics.figures import write_figures
from vidrec.segmenter import evaluate_segmented
from vidrec.settings.evaluate_segmented import Params
from vidrec.workflow import params, script
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
    write = partial(write_figures, args.metrics, args.by_label)

    with skipping("evaluate_segmented", instead=lambda _: write(*evaluate_segmented.nothing())):
        truth = evaluate_segmented.index_truth(read_masks(args.truth_masks))
        found = evaluate_segmented.read_found(args.detections)
        metrics, table = evaluate_segmented.measure(found, truth, settings)
        if metrics["mask_recall"] is None:
            tell("evaluate_segmented: no truth is known of these videos")
        write(metrics, table)


if __name__ == "__main__":
    script.run(main)
