"""A network in whole numbers of 8 bits, by NNCF: faster, and a little less precise."""

from collections.abc import Sequence
from logging import ERROR, WARNING, getLogger
from typing import Any

from numpy.typing import NDArray

from vidrec.networks.openvino_runtime import Converted, openvino, read_model, serialized


def quantize(converted: Converted, examples: Sequence[NDArray[Any]]) -> Converted:
    """`converted` with weights and most of what it computes in int8.

    `examples` are inputs, a batch of one each, as it will see them: they show between which values
    its numbers lie.
    """
    openvino()
    # It looks for CUDA's compiler as it is loaded, and warns where there is none: it needs none.
    getLogger("torch.utils.cpp_extension").setLevel(ERROR)
    import nncf

    nncf.set_log_level(WARNING)
    # Symmetric ranges, and means of all layers put right by what the network before them gives, not
    # by a guess: of the presets this is the nearest to fp32 on frames of real clips.
    model: Any = nncf.quantize(
        read_model(converted),
        nncf.Dataset(examples),
        preset=nncf.QuantizationPreset.PERFORMANCE,
        subset_size=len(examples),
        fast_bias_correction=False,
    )
    return serialized(model)
