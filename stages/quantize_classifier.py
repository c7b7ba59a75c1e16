"""Make the classifier of whole numbers (int8) that classify_frames.precision may ask for."""

from pathlib import Path

from vidrec.settings.quantize_classifier import Params
from vidrec.videos import frames_at_hand
from vidrec.workflow import params, script
from vidrec.workflow.absent import skipping


def main() -> None:
    parser = script.parser(__doc__)
    frames_at_hand.add_arguments(parser)
    parser.add_argument("--weights", type=Path, required=True, help="folder of the classifier")
    parser.add_argument("--quantized", type=Path, required=True, help="output: it in int8")
    args = parser.parse_args()
    settings = params.load(Params, args.params)
    with script.lock("quantize_classifier"), skipping("quantize_classifier", args.quantized):
        settings.check_wanted()
        # Loads torch, which takes seconds: not for a stage that is skipped.
        from vidrec.classifier import quantize_classifier

        frames = frames_at_hand.of_stage(args)
        quantize_classifier.quantize_all(frames, args.weights, args.quantized)


if __name__ == "__main__":
    script.run(main)
