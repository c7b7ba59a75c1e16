"""Running ffmpeg: limits, and what is not the fault of a file."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from vidrec.media import ffmpeg
from vidrec.workflow.errors import UserError


def fake_ffmpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """An ffmpeg that does what `script` says."""
    program = tmp_path / "ffmpeg"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("VIDREC_FFMPEG", str(program))


def slow_ffmpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An ffmpeg that ends only when its child does, which sleeps for the seconds returned."""
    seconds = f"300.{os.getpid()}"
    fake_ffmpeg(tmp_path, monkeypatch, f"sleep {seconds} &\nwait")
    return seconds


def nobody_sleeps(seconds: str) -> bool:
    """Whether no process sleeps so long; what was killed may take a moment to go."""
    for _ in range(50):
        if not any(f"sleep\0{seconds}\0".encode() in command for command in commands()):
            return True
        time.sleep(0.05)
    return False


def commands() -> Iterator[bytes]:
    """The command lines of all processes, where the system shows them."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(FileNotFoundError, ProcessLookupError):
            yield path.read_bytes()


def test_what_does_not_move_is_ended_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = slow_ffmpeg(tmp_path, monkeypatch)
    monkeypatch.setattr(ffmpeg, "STALL_S", 0.5)
    monkeypatch.setattr(ffmpeg, "WATCH_S", 0.1)
    with pytest.raises(UserError, match=r"has not moved for 0\.5 seconds"):
        ffmpeg.run(["-version"], tmp_path)
    assert nobody_sleeps(seconds)


def test_what_works_is_not_ended_however_long_it_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_ffmpeg(tmp_path, monkeypatch, "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done")
    monkeypatch.setattr(ffmpeg, "STALL_S", 0.05)
    monkeypatch.setattr(ffmpeg, "WATCH_S", 0.02)
    assert ffmpeg.run([], tmp_path).code == 0


def test_the_limit_on_the_processor_tells_itself_from_an_end_from_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_ffmpeg(tmp_path, monkeypatch, "while :; do :; done")
    assert ffmpeg.run([], tmp_path, cpu_s=1).out_of_cpu
    fake_ffmpeg(tmp_path, monkeypatch, "kill -KILL $$")
    with pytest.raises(UserError, match="ended from outside"):
        ffmpeg.run([], tmp_path)
    fake_ffmpeg(tmp_path, monkeypatch, "echo 'Exiting normally, received signal 15.' >&2; exit 255")
    with pytest.raises(UserError, match="ended from outside"):
        ffmpeg.run([], tmp_path)
    fake_ffmpeg(tmp_path, monkeypatch, "echo 'Exiting normally, received signal 15.' >&2; exit 1")
    assert ffmpeg.run([], tmp_path).code == 1


def test_a_full_disk_is_no_fault_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_ffmpeg(
        tmp_path, monkeypatch, "echo '[vost] [error] writing: No space left on device' >&2; exit 1"
    )
    # A file may write such a line; that there is room disproves it.
    monkeypatch.setattr(ffmpeg, "LITTLE_ROOM", 0)
    assert ffmpeg.run([], tmp_path).code == 1
    monkeypatch.setattr(ffmpeg, "LITTLE_ROOM", 1 << 60)
    with pytest.raises(UserError, match="no room in"):
        ffmpeg.run([], tmp_path)
    # A title may say so, too; it is not on a line of an error.
    fake_ffmpeg(tmp_path, monkeypatch, "echo '[info]   title: No space left on device' >&2; exit 1")
    assert ffmpeg.run([], tmp_path).code == 1
    monkeypatch.setattr(ffmpeg, "_has_room", lambda folder: False)
    with pytest.raises(UserError, match="TMPDIR"):
        ffmpeg.run([], tmp_path)


def test_both_ends_of_a_long_log_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ffmpeg, "LOG_BYTES", 1000)
    fake_ffmpeg(tmp_path, monkeypatch, "echo first; seq 1 9999; echo last")
    output = ffmpeg.run([], tmp_path).output
    assert output.startswith("first\n1\n2\n")
    assert output.endswith("9998\n9999\nlast\n")
    assert len(output) == 2000


def test_an_ffmpeg_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIDREC_FFMPEG", str(tmp_path / "none"))
    with pytest.raises(UserError, match="VIDREC_FFMPEG"):
        ffmpeg.binary()
