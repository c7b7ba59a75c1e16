import json
from pathlib import Path

from vidrec.recommender import index_params
from vidrec.settings.classify_frames import LookingSettings
from vidrec.settings.extract_frames import FrameSettings
from vidrec.settings.segment_objects import SegmenterSettings, WeightsChoice
from vidrec.workflow import params

ROOT = Path(__file__).parents[2]
STAGES = (FrameSettings, LookingSettings, SegmenterSettings, WeightsChoice)


def test_it_has_every_param_that_decides_how_a_video_is_looked_at() -> None:
    wanted = {name for kind in STAGES for name in params.names(kind).values()}
    names = list(params.names(index_params.Params).values())
    assert set(names) == wanted
    assert len(names) == len(wanted)


def test_the_stages_read_of_it_what_they_read_of_the_params(tmp_path: Path) -> None:
    whole = ROOT / "params.yaml"
    index_params.write_index(tmp_path / "index.json", params.load(index_params.Params, whole))
    for kind in STAGES:
        assert params.load(kind, tmp_path / "index.json") == params.load(kind, whole)


def test_it_is_json_by_section(tmp_path: Path) -> None:
    settings = params.load(index_params.Params, ROOT / "params.yaml")
    index_params.write_index(tmp_path / "index.json", settings)
    content = json.loads((tmp_path / "index.json").read_text())
    assert list(content) == ["extract_frames", "classify_frames", "segment_objects"]
    assert content["segment_objects"]["fps"] == settings.segmented_fps
    assert content["extract_frames"]["fps"] == settings.frame_fps
