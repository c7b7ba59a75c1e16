import subprocess
import sys
from functools import partial

import pytest

from vidrec.networks.openvino_runtime import Converted
from vidrec.networks.weights import read_card
from vidrec.segmenter import conversion
from vidrec.segmenter.conversion import PARTS, converted
from vidrec.segmenter.object_segmenter import SegmenterFiles
from vidrec.segmenter.pixels import Size
from vidrec.settings.segment_objects import SegmenterSettings

SETTINGS = SegmenterSettings(64, 1, 0.05, 4, 1.0, "fp32", 1.0, 3)

SEGMENT = """
import sys
from pathlib import Path
import numpy
from vidrec.segmenter.object_segmenter import ObjectSegmenter, SegmenterFiles
from vidrec.settings.segment_objects import SegmenterSettings
files = SegmenterFiles(Path(sys.argv[1]), Path(sys.argv[2]))
settings = SegmenterSettings(64, 1, 0.05, 4, 1.0, "fp32", 1.0, 3)
found = ObjectSegmenter.load(files, settings).segment(numpy.zeros((64, 64, 3), numpy.uint8), 1)
print(found.table["label"].tolist(), "torch" in sys.modules)
"""


def test_a_segmenter_is_converted_once_for_each_size_of_a_picture(
    segmenter_files: SegmenterFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = read_card(segmenter_files.weights)
    convert = partial(converted, segmenter_files.weights, segmenter_files.project, card, SETTINGS)
    first = convert((64, 64))
    made: list[Size] = []

    def make(_: object, __: object, size: Size) -> dict[str, Converted]:
        made.append(size)
        return dict.fromkeys(PARTS, Converted(b"graph", b"weights"))

    monkeypatch.setattr(conversion, "_make", make)
    assert convert((64, 64)) == first
    assert made == []
    assert convert((64, 80)) == convert((64, 80)) != first
    assert made == [(64, 80)]


def test_what_is_kept_is_run_without_torch(segmenter_files: SegmenterFiles) -> None:
    card, folder, project = (
        read_card(segmenter_files.weights),
        segmenter_files.weights,
        segmenter_files.project,
    )
    converted(folder, project, card, SETTINGS, (64, 64))
    command = [sys.executable, "-c", SEGMENT, str(folder), str(project)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "['handbag', 'person'] False\n"
