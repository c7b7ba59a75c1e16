"""The own image set as the trunk sees it: `images.csv`, and row by row `features.safetensors`."""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file
from safetensors.numpy import save as save_tensors

from vidrec.workflow.errors import UserError
from vidrec.workflow.files import atomic_directory, write_bytes
from vidrec.workflow.tables import read_table, write_table

COLUMNS = ("image", "class", "source", "pretrained_label")
TABLE, FEATURES = "images.csv", "features.safetensors"


def write_embedded(folder: Path, table: pd.DataFrame, features: NDArray[np.float16]) -> None:
    """Write the table (with COLUMNS) and the features (images, width), whole or not at all."""
    with atomic_directory(folder) as temporary:
        write_table(temporary / TABLE, table)
        write_bytes(temporary / FEATURES, save_tensors({"features": features}))


def read_embedded(folder: Path) -> tuple[pd.DataFrame, NDArray[np.float32]]:
    """The table and the features in `folder`.

    Raises UserError where one is missing, or they are not of the same images.
    """
    table = read_table(folder / TABLE, COLUMNS)
    path = folder / FEATURES
    if not path.is_file():
        raise UserError(f"{path} is missing: run `dvc repro embed_images`")
    try:
        features: NDArray[np.float32] = load_file(path)["features"].astype(np.float32)
    except (SafetensorError, KeyError) as error:
        reason = " ".join(str(error).split())
        raise UserError(f"{path} holds no features ({reason}): make it again") from None
    if features.ndim != 2 or len(features) != len(table):
        raise UserError(
            f"{path} has the features of {len(features)} images, {TABLE} names {len(table)}: they"
            " are of different runs, make them again (`dvc repro -f embed_images`)"
        )
    return table, features
