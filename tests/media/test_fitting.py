"""Masks become square as their pictures do."""

import numpy as np
import pytest
from PIL import Image

from vidrec.media.fitting import fit_mask, fit_picture


@pytest.mark.parametrize("fit", ["stretch", "crop", "pad"])
def test_a_mask_stays_on_its_object(fit: str) -> None:
    mask = np.zeros((20, 40), dtype=np.bool_)
    mask[4:16, 12:24] = True
    picture = Image.fromarray(mask.astype(np.uint8) * 255).convert("RGB")
    fitted = fit_mask(mask, 40, fit)
    assert fitted.shape == (40, 40)
    seen = np.asarray(fit_picture(picture, 40, fit))[:, :, 0] > 127
    assert (fitted != seen).mean() < 0.05
    assert fitted.any()
