"""Stage embed_images: the trunk's features of the own image set, so that heads train in seconds."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vidrec.classifier.frame_classifier import ClassifierSettings, FrameClassifier
from vidrec.head.image_set import LabelledImage, read_images, sample_images
from vidrec.networks.compute import use_one_thread
from vidrec.workflow.params import param


@dataclass(frozen=True)
class Params:
    """See `embed_images` in params.yaml."""

    seed: int = param(low=0)
    sample_scenes: int = param(low=2)
    images: str = param(name="finetune_head.images")
    size: int = param(name="extract_frames.size", low=32)
    fit: str = param(name="extract_frames.fit", choices=("stretch", "crop", "pad"))
    precision: str = param(name="classify_frames.precision", choices=("bf16", "fp32"))
    batch_size: int = param(name="classify_frames.batch_size", low=1)

    @property
    def classifier(self) -> ClassifierSettings:
        """How the network is run: as over the frames."""
        return ClassifierSettings(precision=self.precision, batch_size=self.batch_size)


def load_images(params: Params) -> tuple[list[LabelledImage], list[str]]:
    """The images that the params name, and a sentence on each thing that is left out."""
    if params.images:
        return read_images(Path(params.images), params.size, params.fit)
    return list(sample_images(params.seed, params.sample_scenes, params.size)), []


def embed(
    images: list[LabelledImage], classifier: FrameClassifier
) -> tuple[pd.DataFrame, NDArray[np.float16]]:
    """A table `image,class,source,pretrained_label` and, row by row, the features (images, width).

    `pretrained_label` is what the network says before it gets a new head.
    """
    use_one_thread()
    found = classifier.predict(np.stack([image.pixels for image in images]))
    best = found.probability.argmax(axis=1)
    table = pd.DataFrame(
        {
            "image": [image.name for image in images],
            "class": [image.label for image in images],
            "source": [image.source for image in images],
            "pretrained_label": [classifier.card.labels[index] for index in best],
        }
    )
    return table, found.features
