"""Write down what was drawn in the sample's videos: what the detectors are held against."""

from pathlib import Path

from vidrec.detections.truth import write_truth
from vidrec.settings.draw_truth import Params
from vidrec.videos import draw_truth
from vidrec.workflow import params, script


def main() -> None:
    parser = script.parser(__doc__)
    parser.add_argument("--truth", type=Path, required=True, help="output: CSV, what was drawn")
    parser.add_argument("--truth-masks", type=Path, required=True, help="output: CSV, its masks")
    args = parser.parse_args()
    settings = params.load(Params, args.params)
    with script.lock("draw_truth"):
        write_truth(args.truth, args.truth_masks, draw_truth.draw(settings))


if __name__ == "__main__":
    script.run(main, resumes=True)
