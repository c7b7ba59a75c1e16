"""Class distributions of frames: the most probable class of each, and how both are stored."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from safetensors.numpy import save as save_tensors

from vidrec.workflow.files import write_bytes
from vidrec.workflow.tables import write_table


def top_classes(probability: NDArray[np.float16], labels: tuple[str, ...]) -> pd.DataFrame:
    """`frame,label,confidence`: the most probable class of each row, the first of equals."""
    best = probability.argmax(axis=1)
    confidence = probability[np.arange(len(best)), best].astype(np.float64).clip(0, 1)
    return pd.DataFrame(
        {
            "frame": np.arange(1, len(best) + 1),
            "label": [labels[index] for index in best],
            "confidence": confidence.round(6),
        }
    )


def write_distribution(
    folder: Path,
    category: str,
    video_id: str,
    probability: NDArray[np.float16],
    labels: tuple[str, ...],
) -> None:
    """Write `<video_id>.csv` and beside it the distributions (frames, labels) it is the top of."""
    write_table(folder / category / f"{video_id}.csv", top_classes(probability, labels))
    content = save_tensors({"probability": probability}, metadata={"labels": json.dumps(labels)})
    write_bytes(folder / category / f"{video_id}.safetensors", content)
