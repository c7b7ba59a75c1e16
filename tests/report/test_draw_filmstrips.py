import dataclasses
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from vidrec.media.frame_index import Framed, NoFramesError, frames_below
from vidrec.media.frames import Frames
from vidrec.report import filmstrips
from vidrec.report.draw_filmstrips import draw_all
from vidrec.report.filmstrips import Filmstrip
from vidrec.settings.render_report import Look, Params
from vidrec.workflow.video import Video

LOOK = Look(strip_frames=4, strip_size=32, poster_size=48, quality=70)
VIDEOS = [Video("pets", f"v{seed}") for seed in range(4)]


@pytest.fixture
def frames(
    tmp_path: Path,
    write_frames: Callable[[Path, int, int], None],
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """The frames of VIDEOS, in a project that is the working directory; one worker."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VIDREC_WORKERS", "1")
    for seed, video in enumerate(VIDEOS):
        write_frames(video.below(tmp_path / "frames"), 5, seed)
    return tmp_path / "frames"


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Has a place for each filmstrip that is drawn, not taken from the store."""
    made: list[int] = []
    draw = filmstrips.make

    def noted(frames: Frames, look: Look, moments: Sequence[int]) -> Filmstrip:
        made.append(1)
        return draw(frames, look, moments)

    monkeypatch.setattr(filmstrips, "make", noted)
    return made


def test_workers_change_nothing(frames: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for workers in ("1", "2"):
        monkeypatch.setenv("VIDREC_WORKERS", workers)
        made.append(draw_all(frames_below(frames), LOOK, {}))
        shutil.rmtree(".vidrec/checkpoints")
    assert made[0] == made[1]
    assert list(made[0]) == VIDEOS


def test_only_what_changed_is_drawn(
    frames: Path, drawn: list[int], write_frames: Callable[[Path, int, int], None]
) -> None:
    first = draw_all(frames_below(frames), LOOK, {})
    assert len(drawn) == 4
    shutil.rmtree(frames / "pets/v0")
    write_frames(frames / "pets/v0", 5, 9)
    second = draw_all(frames_below(frames), LOOK, {})
    assert len(drawn) == 5
    assert [video for video in VIDEOS if first[video] != second[video]] == VIDEOS[:1]


def test_only_a_param_of_the_pictures_draws_them_anew(frames: Path, drawn: list[int]) -> None:
    params = Params(**dataclasses.asdict(LOOK), worst=24, one_file_up_to=9, groups="", fps=3)
    for each in (params, dataclasses.replace(params, worst=3), LOOK):
        draw_all(frames_below(frames), each, {})
        assert len(drawn) == 4
    draw_all(frames_below(frames), dataclasses.replace(LOOK, quality=71), {})
    assert len(drawn) == 8


def test_a_video_whose_frames_cannot_be_had_has_no_strip_and_one_line_says_so(
    frames: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = frames_below(frames)

    def read(framed: Framed) -> Frames:
        if framed.video != VIDEOS[1]:
            raise NoFramesError(f"{framed} lacks its frames: run that")
        return source.read(framed)

    assert list(draw_all(dataclasses.replace(source, read=read), LOOK, {})) == VIDEOS[1:2]
    assert capsys.readouterr().err.splitlines() == [
        "the page shows 3 of 4 videos without pictures: pets/v0 lacks its frames: run that"
    ]
    assert list(draw_all(source, LOOK, {})) == VIDEOS


def test_other_moments_make_another_strip(frames: Path, drawn: list[int]) -> None:
    look = dataclasses.replace(LOOK, strip_frames=2)
    first = draw_all(frames_below(frames), look, {})
    second = draw_all(frames_below(frames), look, {VIDEOS[1]: [5]})
    assert len(drawn) == 5
    assert [first[VIDEOS[1]].shown, second[VIDEOS[1]].shown] == [[1, 3], [1, 5]]
    assert first[VIDEOS[0]] == second[VIDEOS[0]]
