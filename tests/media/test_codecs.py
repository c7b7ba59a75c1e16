"""The decoders that see a file, and those that do not."""

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.clips import RULES, clip, take

from vidrec.media import ffmpeg
from vidrec.media.codecs import DECODERS, allowed, is_allowed
from vidrec.media.containers import VideoError


def written(tmp_path: Path, codec: str, suffix: str) -> Path:
    """A video of two seconds by the encoder `codec`."""
    source = clip(tmp_path / "plain.mp4", 12, 6)
    made = tmp_path / f"made.{suffix}"
    as_codec = ["-c:v", codec, "-pix_fmt", "yuv420p"]
    command = [ffmpeg.binary(), "-v", "error", "-i", str(source), *as_codec, str(made)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        pytest.skip(f"this ffmpeg does not write {codec}: {ended.stderr[:99]}")
    return made


@pytest.mark.parametrize("suffix", ["avi", "mkv", "mov"])
@pytest.mark.parametrize("codec", ["magicyuv", "ffv1"])
def test_what_few_people_use_is_refused_by_name(codec: str, suffix: str, tmp_path: Path) -> None:
    video = written(tmp_path, codec, suffix)
    with pytest.raises(VideoError) as caught:
        take(video)
    assert caught.value.status == "refused_codec"
    assert str(caught.value).startswith(f"its codec, {codec}, is not one of those that are decoded")
    assert len(take(video, rules=replace(RULES, more_codecs=(codec,))).frames) == 6


def test_a_refused_decoder_is_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even to find out what a stream is: ffmpeg itself has the list."""
    video = written(tmp_path, "magicyuv", "avi")
    logs: list[str] = []
    run = ffmpeg.run

    def listen(*args: Any, **more: Any) -> ffmpeg.Outcome:
        outcome = run(*args, **more)
        logs.append(outcome.log)
        return outcome

    monkeypatch.setattr("vidrec.media.extraction.run", listen)
    with pytest.raises(VideoError):
        take(video)
    assert len(logs) == 1
    assert "Codec (magicyuv) not on whitelist" in logs[0]


def test_names_of_decoders() -> None:
    assert is_allowed("msmpeg4v3", ())
    assert is_allowed("flv1", ())
    assert not is_allowed("magicyuv", ())
    assert is_allowed("magicyuv", ("magicyuv",))
    assert allowed(("utvideo",)) == ",".join([*DECODERS, "utvideo"])


def test_all_on_the_list_are_decoders_of_the_ffmpeg_that_comes_along() -> None:
    command = [ffmpeg.binary(), "-hide_banner", "-decoders"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    words = map(str.split, shown.splitlines())
    assert set(DECODERS) <= {line[1] for line in words if len(line) > 1}
