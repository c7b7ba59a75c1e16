"""What each figure is for each video, so that two results can be compared video by video."""

from pathlib import Path

import pandas as pd

from vidrec.workflow.tables import check_numbers, read_table

SCORES = Path("metrics/plots/scores_by_video.csv")
CONFUSION = Path("metrics/plots/confusion.csv")
# Where the FIGURES are, each with its `_low` and `_high`.
METRICS = (Path("metrics/build_index.json"), Path("metrics/train_video_classifier.json"))

# Both are in git, so that any revision has them without its data.
FILES = (SCORES, CONFUSION)

RANKED = ("precision_at_10", "map_at_10")
# The metrics that are means over videos.
FIGURES = (*RANKED, "accuracy")


def read_scores(root: Path) -> pd.DataFrame | None:
    """Per video id (index) its FIGURES, from the FILES under `root`; None where one is missing.

    A video is right or wrong: its accuracy is 1 or 0. Raises UserError for what is no such table.
    """
    if not all((root / path).is_file() for path in FILES):
        return None
    scores = read_table(root / SCORES, ["video_id", *RANKED])
    for name in RANKED:
        check_numbers(root / SCORES, scores, name, 0, 1)
    named = read_table(root / CONFUSION, ["video_id", "actual", "predicted"])
    right = (named["actual"] == named["predicted"]).astype("float64")
    table = scores.set_index("video_id")[list(RANKED)].astype("float64")
    return table.assign(accuracy=right.set_axis(named["video_id"]))
