"""A network in whole numbers of 8 bits, by NNCF: faster, and a little less precise."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidrec.networks.openvino_runtime import Converted, openvino, read_model, serialized


def quantize(converted: Converted, examples: Sequence[NDArray[np.uint8]]) -> Converted:
    """`converted` with weights and most of what it computes in int8.

    `examples` are inputs, a batch of one each, as it will see them: they show between which values
    its numbers lie.
    """
    openvino()
    import nncf

    nncf.set_log_level(30)
    model: Any = nncf.quantize(
        read_model(converted),
        nncf.Dataset(examples),
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=len(examples),
    )
    return serialized(model)
