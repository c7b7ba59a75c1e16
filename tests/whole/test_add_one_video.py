"""The benchmark of one more video, as small as it can be: it tells what it is to tell."""

import re

from tests.projects import ROOT, succeed

STAGES = (
    *("download_videos", "extract_frames", "quantize_classifier", "classify_frames"),
    *("find_copies", "weigh_objects", "build_index"),
    "all",
)


def test_the_new_video_the_stages_and_dvc_are_told_apart() -> None:
    script = "benchmarks/add_one_video.py"
    said = succeed(ROOT, "python", script, "--videos", "4", "--seconds", "1", "--distinct", "2")
    rows = re.findall(r"^(\w+) +(\d+) +([\d.]+) +([\d.]+) +([\d.]+)$", said, re.MULTILINE)
    # DVC may run find_copies before or after what needs no copies.
    assert sorted(row[0] for row in rows) == sorted(STAGES)
    assert rows[-1][0] == "all"
    made = {name: int(count) for name, count, *_ in rows}
    # Its frames are taken by `vidrec add`.
    assert made == dict.fromkeys(STAGES, 0) | {"find_copies": 1, "classify_frames": 1, "all": 1}
    seconds = {name: tuple(map(float, each)) for name, _, *each in rows}
    assert seconds["classify_frames"][0] > 0
    total = re.search(r"then: dvc repro ([\d.]+) s, ([\d.]+) of them", said)
    assert total
    whole, before = map(float, total.groups())
    assert abs(before + sum(seconds["all"]) - whole) < 0.5
