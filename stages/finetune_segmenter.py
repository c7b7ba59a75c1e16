"""Train the last layers of the object segmenter for own classes; its trunk stays as it is."""

from functools import partial
from pathlib import Path

from vidrec.metrics.figures import write_figures
from vidrec.settings.finetune_segmenter import Params
from vidrec.workflow import params, script
from vidrec.workflow.absent import check_there, skipping
from vidrec.workflow.errors import tell


def main() -> None:
    parser = script.parser(__doc__)
    parser.add_argument("--weights", type=Path, required=True, help="folder of the segmenter")
    parser.add_argument("--finetuned", type=Path, required=True, help="output: folder of weights")
    parser.add_argument("--metrics", type=Path, required=True, help="output: JSON")
    parser.add_argument("--by-class", type=Path, help="output: CSV, the figures of each class")
    args = parser.parse_args()
    settings = params.load(Params, args.params)
    write = partial(write_figures, args.metrics, args.by_class)

    # Loads torch, which takes seconds.
    from vidrec.networks import weights
    from vidrec.segmenter import finetune_segmenter

    nothing = finetune_segmenter.nothing
    with (
        script.lock("finetune_segmenter"),
        skipping("finetune_segmenter", args.finetuned, instead=lambda _: write(*nothing())),
    ):
        settings.check_wanted()
        check_there(args.weights)
        images, left_out = finetune_segmenter.load_images(settings)
        for each in left_out:
            tell(f"left out: {each}")
        held_out = finetune_segmenter.hold_out(images, settings)
        tensors, card = weights.load(args.weights)
        made = finetune_segmenter.finetune(tensors, card, images, held_out, settings)
        weights.save(args.finetuned, made.tensors, made.card)
        write(*finetune_segmenter.measure(images, held_out, made, settings.threshold))


if __name__ == "__main__":
    script.run(main)
