"""Stage embed_images: the trunk's features of the own image set, so that heads train in seconds."""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vidrec.classifier.frame_classifier import FrameClassifier
from vidrec.head.image_set import LabelledImage, read_images, sample_images
from vidrec.settings.embed_images import Params


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
