"""The benchmarks, as small as they can be: each tells what it is to tell."""

import json
import re
import shutil
from pathlib import Path

import pytest
from tests.projects import ROOT, succeed

SPREAD = r"([\d.]+) \([\d.]+ to [\d.]+\)"


@pytest.fixture(autouse=True)
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where figures are written, in place of those of the last `make bench`."""
    monkeypatch.setenv("BENCHMARK_RESULTS", str(tmp_path / "results"))
    return tmp_path / "results"


def told(script: str, *arguments: str) -> str:
    return succeed(ROOT, "python", f"benchmarks/{script}.py", *arguments)


def seconds_of(said: str, name: str) -> float:
    """The seconds in the line of a way."""
    found = re.search(rf"^{name} +{SPREAD}", said, re.MULTILINE)
    assert found, said
    return float(found.group(1))


def test_classifying_is_held_against_a_plain_loop_and_the_limits(results: Path) -> None:
    small = ("--frames", "2", "--each", "1", "--arch", "mobilenet_v2", "--rounds", "1")
    said = told("classify", *small, "--base", "")
    ratio = seconds_of(said, "plain") / seconds_of(said, "fp32")
    result = json.loads((results / "classify.json").read_text())
    assert result["times_as_fast_as"]["plain"]["fp32"] == [pytest.approx(ratio, rel=0.02)]
    assert result["limits"]["alone fp32"] > 0
    assert result["machine"]["cores"] and result["machine"]["versions"]["torch"]


def test_segmenting_is_timed_by_default_and_alike() -> None:
    small = ("--frames", "1", "--each", "1", "--rounds", "1", "--no-plain", "--base", "")
    said = told("segment", *small, "--settings", "64", "10", "--resolution", "64")
    assert min(seconds_of(said, name) for name in ("alike fp32", "fp32")) > 0


def test_taking_frames_is_held_against_ffmpeg() -> None:
    said = told("extract", "--videos", "1", "--seconds", "1", "--rounds", "1", "--base", "")
    assert re.search(rf"^extract: ours {SPREAD} times as fast as plain$", said, re.MULTILINE)
    assert "extract: 3 items" in said


def test_dvc_is_timed_by_the_files_that_it_tracks() -> None:
    small = ("--videos", "4", "--files", "2", "--bytes", "10", "--shards", "2")
    said = told("dvc_files", *small, "--layouts", "shards", "index")
    rows = re.findall(r"^(\w+) +((?: +[\d.]+){9})$", said, re.MULTILINE)
    assert [name for name, _ in rows] == ["shards", "index"]


def test_another_weighting_is_timed_with_the_page_and_without() -> None:
    small = ("--videos", "4", "--seconds", "1", "--distinct", "4", "--rounds", "1")
    said = told("weightings", *small, "--only", "classified-count-log-idf")
    names = ("nothing to do", "without the page", "with the page")
    assert min(seconds_of(said, name) for name in names) > 0
    assert re.search(r"^classified-count-log-idf +[\d.]+ s$", said, re.MULTILINE)


def test_a_large_index_is_held_against_full_comparisons(tmp_path: Path) -> None:
    said = told(
        "large_index", "300", "--queries", "3", "--rounds", "1", "--output", f"{tmp_path}/x"
    )
    (result,) = json.loads((tmp_path / "x.json").read_text())["sizes"]
    assert result["videos"] == 300
    assert result["recall_at_10"] >= 0.99
    assert "index of clusters" in said
    assert (tmp_path / "x.svg").read_text().startswith("<svg")


def test_the_memory_of_stages_is_told_by_number_and_length() -> None:
    small = ("--videos", "4", "--seconds", "1", "--few", "4", "--distinct", "1")
    said = told("memory", *small, "--stages", "extract_frames", "weigh_objects", "build_index")
    rows = re.findall(r"^(\w+) +(\d+) +0%  ", said, re.MULTILINE)
    assert [name for name, _ in rows] == ["extract_frames", "weigh_objects", "build_index"] * 2
    assert min(int(peak) for _, peak in rows) > 10


@pytest.mark.skipif(shutil.which("chromium") is None, reason="no Chromium to open a page in")
def test_a_page_of_many_videos_is_opened_asked_and_steered() -> None:
    said = told("open_report", "--videos", "420")
    assert re.search(r"^420 videos: [\d.]+ MB, of [\d.]+ in all$", said, re.MULTILINE)
    assert re.search(r"^opens in .* s\), 0\.\d MB read$", said, re.MULTILINE)
    for figure in ("shows a video in", "first weight", "memory of the tab:"):
        assert re.search(rf"^{figure} \d", said, re.MULTILINE)


def test_the_warning_is_tried_on_what_the_index_has_not_seen(index: Path) -> None:
    said = succeed(index, "python", str(ROOT / "benchmarks/unsure.py"))
    rows = re.findall(r"^(\w+): area under the curve .*match (\d\.\d+); warned of", said, re.M)
    assert [name for name, _ in rows] == ["cars", "pets", "all"]
    assert all(0 <= float(area) <= 1 for _, area in rows)
