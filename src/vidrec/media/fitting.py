"""Pictures of any shape as squares, in the ways that frames become such; and masks with them."""

import numpy as np
from PIL import Image, ImageOps

from vidrec.workflow.arrays import BoolArray


def fit_picture(picture: Image.Image, size: int, fit: str) -> Image.Image:
    """`picture` as `size` x `size` pixels, in the way (`stretch`, `crop`, `pad`) frames are."""
    return _fitted(picture, size, fit, Image.Resampling.BICUBIC)


def fit_mask(mask: BoolArray, size: int, fit: str) -> BoolArray:
    """`mask` (height, width) as `size` x `size` pixels, as `fit_picture` does with its picture."""
    picture = Image.fromarray(mask.astype(np.uint8))
    return np.asarray(_fitted(picture, size, fit, Image.Resampling.NEAREST)) > 0


def _fitted(picture: Image.Image, size: int, fit: str, resampling: Image.Resampling) -> Image.Image:
    if fit == "crop":
        return ImageOps.fit(picture, (size, size), resampling)
    if fit == "pad":
        return ImageOps.pad(picture, (size, size), resampling)
    return picture.resize((size, size), resampling)
