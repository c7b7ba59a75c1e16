"""What was drawn: written as others rely on it, and checked row by row when read."""

from pathlib import Path

import numpy as np
import pytest

from vidrec.detections.rle import encode_mask
from vidrec.detections.truth import read_areas, read_masks, truth_of, write_truth
from vidrec.workflow.errors import UserError

CAT, DOG = (encode_mask(np.eye(4, k=k, dtype=np.bool_))["counts"] for k in (0, 1))
TRUTH = truth_of([("007", 1, "NA", 25.0, 4, CAT), ("b", 2, "dog", 18.75, 4, DOG)])


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_truth(tmp_path / "a.csv", tmp_path / "m.csv", TRUTH)
    areas, masks = read_areas(tmp_path / "a.csv"), read_masks(tmp_path / "m.csv")
    assert areas.to_dict("list") == TRUTH.areas.to_dict("list")
    assert masks.to_dict("list") == TRUTH.masks.to_dict("list")
    text = (tmp_path / "a.csv").read_text(encoding="utf-8")
    assert text == "video_id,frame,label,area_pct\n007,1,NA,25.0\nb,2,dog,18.75\n"


def test_a_truth_of_nothing_is_a_header(tmp_path: Path) -> None:
    write_truth(tmp_path / "a.csv", tmp_path / "m.csv", truth_of([]))
    assert (tmp_path / "a.csv").read_text() == "video_id,frame,label,area_pct\n"
    assert (tmp_path / "m.csv").read_text() == "video_id,frame,label,size,counts\n"
    assert len(read_areas(tmp_path / "a.csv")) == len(read_masks(tmp_path / "m.csv")) == 0


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a,1,cat,much", "row 2: area_pct"),
        ("a,1,cat,100.5", "row 2: area_pct"),
        ("a,1,cat", "row 2: area_pct"),
        ("a,0,cat,1", "row 2: frame"),
        ("a,1.5,cat,1", "row 2: frame"),
        (f"a,{2**63},cat,1", "row 2: frame"),
        ("a,one,cat,1", "row 2: frame"),
        ("a,1,,1", "row 2: label"),
    ],
)
def test_a_bad_area_is_named_with_its_place(tmp_path: Path, row: str, said: str) -> None:
    path = tmp_path / "truth.csv"
    path.write_text(f"video_id,frame,label,area_pct\n{row}\n", encoding="utf-8")
    with pytest.raises(UserError, match=said) as refused:
        read_areas(path)
    assert str(path) in str(refused.value)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (f"a,0,cat,4,{CAT}", "row 2: frame"),
        (f"a,1,,4,{CAT}", "row 2: label"),
        (f"a,1,cat,0,{CAT}", "row 2: size"),
        (f"a,1,cat,4.5,{CAT}", "row 2: size"),
        (f"a,1,cat,large,{CAT}", "row 2: size"),
        (f"a,1,cat,{10**30},{CAT}", "row 2: size"),
        (f"a,1,cat,5,{CAT}", "row 2: counts .* 5 x 5 pixels"),
        ("a,1,cat,4,zz", "row 2: counts .* 4 x 4 pixels"),
        ("a,1,cat,4,", "row 2: counts"),
        ("a,1,cat,4", "row 2: counts"),
    ],
)
def test_a_bad_mask_is_named_with_its_place(tmp_path: Path, row: str, said: str) -> None:
    path = tmp_path / "masks.csv"
    path.write_text(f"video_id,frame,label,size,counts\n{row}\n", encoding="utf-8")
    with pytest.raises(UserError, match=said) as refused:
        read_masks(path)
    assert str(path) in str(refused.value)


def test_a_file_of_other_columns_is_refused(tmp_path: Path) -> None:
    write_truth(tmp_path / "a.csv", tmp_path / "m.csv", TRUTH)
    with pytest.raises(UserError, match="lacks the column 'area_pct'"):
        read_areas(tmp_path / "m.csv")
    with pytest.raises(UserError, match="lacks the column 'size'"):
        read_masks(tmp_path / "a.csv")
