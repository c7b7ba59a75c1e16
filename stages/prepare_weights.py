"""Make, fetch or take in the weights of the frame classifier."""

from pathlib import Path

from vidrec.settings.prepare_weights import Params
from vidrec.workflow import params, script
from vidrec.workflow.absent import skipping


def main() -> None:
    parser = script.parser(__doc__)
    parser.add_argument("--weights", type=Path, required=True, help="output: folder of weights")
    args = parser.parse_args()
    settings = params.load(Params, args.params)
    with script.lock("prepare_weights"), skipping("prepare_weights", args.weights):
        # Loads torch, which takes seconds: whoever stops the stage meanwhile is answered as later.
        from vidrec.classifier import prepare_weights

        prepare_weights.prepare(settings, args.weights)


if __name__ == "__main__":
    script.run(main)
