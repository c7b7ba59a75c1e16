"""Stage evaluate_classified: the frame classifier against what was drawn."""

from pathlib import Path

import pandas as pd

from vidrec.detections import tree
from vidrec.detections.tree import read_videos
from vidrec.media.sampling import sampled_frames
from vidrec.metrics.figures import rounded
from vidrec.settings.evaluate_classified import Params

COLUMNS = ("label", "frames", "mean_confidence", "frames_compared", "accuracy")


def read_top_classes(root: Path) -> pd.DataFrame:
    """`video_id,frame,label,confidence` of all videos under a tree of detections.

    Raises UserError for a tree or file that is not as it should be.
    """
    videos = read_videos(root, with_distribution=False)
    tables = [found.table.assign(video_id=found.video.video_id) for found in videos]
    return pd.concat(tables, ignore_index=True)[["video_id", *tree.COLUMNS]]


def dominant_labels(truth: pd.DataFrame, params: Params) -> pd.DataFrame:
    """`video_id,frame,truth` of the frames in which one object clearly dominates.

    It covers at least `min_area_pct` of the frame, and `dominance` times what the next label does.
    Only the frames count that were to be looked at.
    """
    last = int(truth["frame"].max()) if len(truth) else 0
    truth = truth[truth["frame"].isin(sampled_frames(last, params.frame_fps, params.fps))]
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


def measure(
    found: pd.DataFrame, truth: pd.DataFrame, params: Params
) -> tuple[dict[str, float | None], pd.DataFrame]:
    """The accuracy (0..1) over the frames in which one object dominates; None where there are none.

    None too where no truth is known of these videos: they were not drawn. And a table with
    COLUMNS, of all labels first, then of each: how many frames are labelled so,
    with which mean confidence, how many show above all that object, and the share of these that
    is labelled so.
    """
    if not set(truth["video_id"]) & set(found["video_id"]):
        truth = truth.iloc[:0]
    compared = dominant_labels(truth, params).merge(found, on=["video_id", "frame"], how="left")
    labels = sorted({*found["label"], *compared["truth"]})
    rows = [_figures("all", found, compared)] + [
        _figures(label, found[found["label"] == label], compared[compared["truth"] == label])
        for label in labels
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return {"frame_accuracy": rows[0][-1]}, table


def nothing() -> tuple[dict[str, float | None], pd.DataFrame]:
    """What `measure` gives where nothing was classified: no accuracy, and a table without rows."""
    return {"frame_accuracy": None}, pd.DataFrame(columns=list(COLUMNS))


def _figures(
    label: str, found: pd.DataFrame, compared: pd.DataFrame
) -> tuple[str, int, float | None, int, float | None]:
    right = compared["label"] == compared["truth"]
    return label, len(found), _mean(found["confidence"]), len(compared), _mean(right)


def _mean(values: pd.Series) -> float | None:
    return rounded(values.mean()) if len(values) else None
