"""What the frozen part of Mask R-CNN sees: computed once, and learnt from many times."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from vidrec.networks.compute import autocast, device
from vidrec.segmenter.found import MASK_THRESHOLD, Found

# Bytes of what is kept; of further pictures it is computed again, which gives the same. A picture
# takes 0.7 MB in the sample's network at 128 pixels, and 9 MB in torchvision's at 320.
MOST_BYTES = 2 << 30


@dataclass(frozen=True)
class Seen:
    """A picture's pyramid of features, and the regions (n, 4) that may hold an object, in pixels of
    a picture of height and width `size`."""

    pyramid: dict[str, Tensor]
    regions: Tensor
    size: tuple[int, int]

    @property
    def bytes(self) -> int:
        return sum(each.nbytes for each in (*self.pyramid.values(), self.regions))


class FrozenTrunk:
    """Backbone, pyramid and region proposals of `network`, over `pictures` of one size."""

    def __init__(self, network: Any, pictures: Sequence[NDArray[np.uint8]], precision: str) -> None:
        self._network, self._pictures, self._precision = network, pictures, precision
        self._kept: dict[int, Seen] = {}
        self._bytes = 0

    def see(self, number: int) -> Seen:
        """What is seen in picture `number`."""
        if number in self._kept:
            return self._kept[number]
        seen = self._look(self._pictures[number])
        self._bytes += seen.bytes
        if self._bytes <= MOST_BYTES:
            self._kept[number] = seen
        return seen

    # Not for inference only: what is learnt from it keeps it for the way back.
    @torch.no_grad()
    def _look(self, pixels: NDArray[np.uint8]) -> Seen:
        with autocast(self._precision):
            images, _ = self._network.transform([as_tensor(pixels)])
            pyramid = self._network.backbone(images.tensors)
            (regions,), _ = self._network.rpn(images, pyramid)
        return Seen(dict(pyramid), regions, images.image_sizes[0])


def as_tensor(pixels: NDArray[np.uint8]) -> Tensor:
    """A picture (height, width, 3) as torchvision takes it: (3, height, width), 0..1."""
    return torch.from_numpy(pixels.copy()).permute(2, 0, 1).float().to(device()) / 255


class HeadFinder:
    """Finds objects with the heads of `network`, which is in evaluation mode, in what its trunk has
    seen in one picture."""

    def __init__(self, network: nn.Module, seen: Seen, precision: str) -> None:
        self._network: Any = network
        self._seen, self._precision = seen, precision

    def find(self, frame: NDArray[np.uint8]) -> Found:
        """The objects in the picture, `frame`."""
        seen, height_width = self._seen, frame.shape[:2]
        with torch.inference_mode(), autocast(self._precision):
            found, _ = self._network.roi_heads(seen.pyramid, [seen.regions], [seen.size])
            (found,) = self._network.transform.postprocess(found, [seen.size], [height_width])
        return Found(
            found["labels"].cpu().numpy(),
            found["scores"].float().cpu().numpy(),
            (found["masks"][:, 0].float() >= MASK_THRESHOLD).cpu().numpy(),
        )
