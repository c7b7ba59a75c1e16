"""Train a new final layer on the features of the own image set; the trunk stays as it is."""

from functools import partial
from pathlib import Path

from vidrec.head import finetune_head
from vidrec.head.embedded_images import read_embedded
from vidrec.metrics.figures import write_figures
from vidrec.networks import weights
from vidrec.settings.finetune_head import Params
from vidrec.workflow import params, script
from vidrec.workflow.absent import skipping


def main() -> None:
    parser = script.parser(__doc__)
    parser.add_argument("--embedded", type=Path, required=True, help="output of embed_images")
    parser.add_argument("--weights", type=Path, required=True, help="folder of the classifier")
    parser.add_argument("--head", type=Path, required=True, help="output: folder of the head")
    parser.add_argument("--metrics", type=Path, required=True, help="output: JSON")
    parser.add_argument("--by-class", type=Path, help="output: CSV, the figures of each class")
    args = parser.parse_args()
    settings = params.load(Params, args.params)
    write = partial(write_figures, args.metrics, args.by_class)

    with skipping("finetune_head", args.head, instead=lambda _: write(*finetune_head.nothing())):
        table, features = read_embedded(args.embedded)
        held_out = finetune_head.split_by_source(table, settings)
        head = finetune_head.train_head(table["class"][~held_out], features[~held_out], settings)
        finetune_head.save_head(args.head, head, weights.read_card(args.weights))
        write(*finetune_head.measure(table, features, held_out, head))


if __name__ == "__main__":
    script.run(main)
