"""Run the classifier's trunk once over the own image set."""

from pathlib import Path

from vidrec.settings.embed_images import Params
from vidrec.workflow import params, script
from vidrec.workflow.absent import skipping
from vidrec.workflow.errors import tell


def main() -> None:
    parser = script.parser(__doc__)
    parser.add_argument("--weights", type=Path, required=True, help="folder of the classifier")
    parser.add_argument("--quantized", type=Path, default=Path(), help="folder of it in int8")
    parser.add_argument("--embedded", type=Path, required=True, help="output: table and features")
    args = parser.parse_args()
    settings = params.load(Params, args.params)
    with script.lock("embed_images"), skipping("embed_images", args.embedded):
        settings.check_wanted()
        # Loads what computes, which takes seconds: not for a stage that is skipped.
        from vidrec.classifier.frame_classifier import ClassifierFiles, FrameClassifier
        from vidrec.head import embed_images
        from vidrec.head.embedded_images import write_embedded

        files = ClassifierFiles(args.weights, args.quantized)
        classifier = FrameClassifier.load(files, settings.classifier)
        images, left_out = embed_images.load_images(settings)
        for each in left_out:
            tell(f"left out: {each}")
        write_embedded(args.embedded, *embed_images.embed(images, classifier))


if __name__ == "__main__":
    script.run(main)
