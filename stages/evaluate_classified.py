"""Measure the frame classifier against the truth of the sample videos."""

from functools import partial
from pathlib import Path

from vidrec.classifier import evaluate_classified
from vidrec.detections.truth import read_areas
from vidrec.metrics.figures import write_figures
from vidrec.settings.evaluate_classified import Params
from vidrec.workflow import params, script
from vidrec.workflow.absent import skipping
from vidrec.workflow.errors import tell


def main() -> None:
    parser = script.parser(__doc__)
    parser.add_argument("--detections", type=Path, required=True, help="from classify_frames")
    parser.add_argument("--truth", type=Path, required=True, help="what was drawn")
    parser.add_argument("--metrics", type=Path, required=True, help="output: JSON")
    parser.add_argument("--by-label", type=Path, help="output: CSV, the figures of each label")
    args = parser.parse_args()
    settings = params.load(Params, args.params)
    write = partial(write_figures, args.metrics, args.by_label)

    with skipping("evaluate_classified", instead=lambda _: write(*evaluate_classified.nothing())):
        found = evaluate_classified.read_top_classes(args.detections)
        metrics, table = evaluate_classified.measure(found, read_areas(args.truth), settings)
        if metrics["frame_accuracy"] is None:
            tell("evaluate_classified: no truth is known of these videos")
        write(metrics, table)


if __name__ == "__main__":
    script.run(main)
