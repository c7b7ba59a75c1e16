"""Stage evaluate_classified: the frame classifier against what was drawn."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from vidrec.workflow.params import param
from vidrec.workflow.tables import read_table


@dataclass(frozen=True)
class Params:
    """See `evaluate_classified` in params.yaml."""

    dominance: float = param(low=1)
    min_area_pct: float = param(low=0, high=100)


def read_top_classes(root: Path) -> pd.DataFrame:
    """`video_id,frame,label,confidence` of all videos under a tree of detections."""
    parts = [
        read_table(path, ("frame", "label", "confidence")).assign(video_id=path.stem)
        for path in sorted(root.glob("*/*.csv"))
    ]
    columns = ["video_id", "frame", "label", "confidence"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def dominant_labels(truth: pd.DataFrame, params: Params) -> pd.DataFrame:
    """`video_id,frame,truth` of the frames in which one object clearly dominates.

    It covers at least `min_area_pct` of the frame, and `dominance` times what the next label does.
    """
    areas = truth.groupby(["video_id", "frame", "label"])["area_pct"].sum().reset_index()
    ranked = areas.sort_values(["area_pct", "label"], ascending=[False, True])
    frames = ranked.groupby(["video_id", "frame"])
    first = frames.nth(0).set_index(["video_id", "frame"])
    second = frames.nth(1).set_index(["video_id", "frame"])["area_pct"]
    next_area = second.reindex(first.index, fill_value=0.0)
    clear = (first["area_pct"] >= params.min_area_pct) & (
        first["area_pct"] >= params.dominance * next_area
    )
    found: pd.DataFrame = first[clear].reset_index().rename(columns={"label": "truth"})
    return found


def measure(found: pd.DataFrame, truth: pd.DataFrame, params: Params) -> dict[str, Any]:
    """Frame accuracy where one object dominates; None where no truth is known."""
    metrics: dict[str, Any] = {
        "frames": len(found),
        "mean_confidence": _mean(found["confidence"]),
        "frame_accuracy": None,
        "frames_compared": 0,
    }
    if truth.empty:
        return metrics
    dominant = dominant_labels(truth, params)
    compared = dominant.merge(found, on=["video_id", "frame"], how="left")
    correct = compared["truth"] == compared["label"]
    metrics["frame_accuracy"] = _mean(correct)
    metrics["frames_compared"] = len(compared)
    by_label = correct.groupby(compared["truth"]).mean()
    metrics["accuracy_by_label"] = {str(k): round(float(v), 4) for k, v in by_label.items()}
    return metrics


def _mean(values: pd.Series) -> float | None:
    return round(float(values.mean()), 4) if len(values) else None
