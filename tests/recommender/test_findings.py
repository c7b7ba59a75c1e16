from argparse import ArgumentParser
from pathlib import Path

import numpy as np
import pandas as pd
from tests.corpora import corpus, judged

from vidrec.recommender.findings import add_arguments, apart_text, write
from vidrec.workflow.files import read_json

ALONE = corpus(np.ones((9, 1)), list("abcdefggh"))
NAMES = ("by-category", "precision-at-k", "scores-by-video", "first-ten", "hubness")


def test_what_is_not_asked_for_is_not_written(tmp_path: Path) -> None:
    parser = ArgumentParser()
    add_arguments(parser)
    needed = ["--recommendations", f"{tmp_path}/r.csv", "--metrics", f"{tmp_path}/m.json"]
    write(parser.parse_args(needed), ALONE, judged(ALONE), 3)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.json", "r.csv"]
    assert len(pd.read_csv(tmp_path / "r.csv")) == 27
    others = [part for name in NAMES for part in (f"--{name}", f"{tmp_path}/{name}.csv")]
    write(parser.parse_args([*needed, *others]), ALONE, judged(ALONE), 3)
    assert pd.read_csv(tmp_path / "by-category.csv")["alone"][0] == 7
    assert pd.read_csv(tmp_path / "first-ten.csv")["nearest"][0] == (
        "v01 v02 v03 v04 v05 v06 v07 v08"
    )
    assert read_json(tmp_path / "m.json")["precision_at_10"] == 1.0


def test_videos_alone_in_their_category_are_named() -> None:
    text = apart_text(ALONE, judged(ALONE))
    assert text == (
        "in no figure, as no other video is of their category: v00, v01, v02, v03, v04 and 2 more"
    )
    both = corpus(np.ones((2, 1)))
    assert apart_text(both, judged(both)) is None
