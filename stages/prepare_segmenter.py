"""Make, fetch or take in the weights of the object segmenter."""

from pathlib import Path

from vidrec.settings.prepare_segmenter import Params
from vidrec.workflow import params, script
from vidrec.workflow.absent import skipping


def main() -> None:
    parser = script.parser(__doc__)
    parser.add_argument("--trunk", type=Path, required=True, help="folder of the classifier")
    parser.add_argument("--weights", type=Path, required=True, help="output: folder of weights")
    args = parser.parse_args()
    settings = params.load(Params, args.params)
    with script.lock("prepare_segmenter"), skipping("prepare_segmenter", args.weights):
        settings.check_wanted()
        # Loads torch, which takes seconds: not for a stage that is skipped.
        from vidrec.segmenter import prepare_segmenter

        prepare_segmenter.prepare(settings, args.trunk, args.weights)


if __name__ == "__main__":
    script.run(main)
