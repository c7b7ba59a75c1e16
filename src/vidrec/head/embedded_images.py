"""The own image set as the trunk sees it: `images.csv`, and row by row `features.safetensors`."""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vidrec.detections.features import load_features, save_features
from vidrec.workflow.absent import check_there
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import atomic_directory
from vidrec.workflow.tables import read_table, write_table

COLUMNS = ("image", "class", "source", "pretrained_label")
TABLE, FEATURES = "images.csv", "features.safetensors"


def write_embedded(folder: Path, table: pd.DataFrame, features: NDArray[np.float16]) -> None:
    """Write the table (with COLUMNS) and the features (images, width), whole or not at all."""
    with atomic_directory(folder) as temporary:
        write_table(temporary / TABLE, table)
        save_features(temporary / FEATURES, features)


def read_embedded(folder: Path) -> tuple[pd.DataFrame, NDArray[np.float32]]:
    """The table and the features in `folder`.

    Raises UserError where one is missing, or they are not of the same images; AbsentError where
    they are missing on purpose.
    """
    check_there(folder)
    table = read_table(folder / TABLE, COLUMNS)
    path = folder / FEATURES
    if not path.is_file():
        raise UserError(f"{path} is missing: run `dvc repro embed_images`")
    features = load_features(path).astype(np.float32)
    if len(features) != len(table):
        raise UserError(
            f"{path} has the features of {len(features)} images, {TABLE} names {len(table)}: they"
            " are of different runs, make them again (`dvc repro -s -f embed_images`)"
        )
    return table, features
