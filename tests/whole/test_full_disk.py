"""Full disks, folders that cannot be written, and damaged files: one line, and nothing lost."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.projects import copy_tiny, run, stages_run, succeed, write_params

VIDEOS = 4
TAKES_FRAMES = (
    *("python", "stages/extract_frames.py", "--videos", "data/videos"),
    *("--frames", "elsewhere/frames", "--metrics", "elsewhere/metrics.json"),
)
TAKES_VIDEOS = ("python", "stages/download_videos.py", "--videos", "elsewhere/videos")
LOOKED_AT = ("download_videos", "extract_frames")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with four videos of a second, and their frames."""
    made = tmp_path_factory.mktemp("disks") / "vidrec"
    copy_tiny(made)
    write_params(made, {"download_videos": {"sample_videos_per_category": 1}})
    succeed(made, "dvc", "repro", "extract_frames")
    (made / "elsewhere").mkdir()
    return made


@pytest.fixture(scope="module")
def mounts() -> None:
    tried = subprocess.run(_within({"/mnt": "size=64k"}, "true"), capture_output=True, check=False)
    if tried.returncode:
        pytest.skip(f"no small disk can be mounted here: {tried.stderr.decode().strip()}")


def _within(disks: dict[str, str], *command: str) -> list[str]:
    """`command`, for which each of `disks` is a file system of its own with such options."""
    mounting = [f"mount -t tmpfs -o {options} tmpfs '{path}'" for path, options in disks.items()]
    script = " && ".join([*mounting, 'exec "$@"'])
    return ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", *command]


def on_disks(
    project: Path, disks: dict[str, str], *command: str
) -> "subprocess.CompletedProcess[str]":
    return run(project, *_within(disks, *command))


def errors(done: "subprocess.CompletedProcess[str]") -> list[str]:
    """The lines that say what is wrong, of a command that must fail without a traceback."""
    printed = done.stdout + done.stderr
    assert done.returncode == 1, printed
    assert "Traceback" not in printed
    return [line for line in done.stderr.splitlines() if line.startswith("error: ")]


def content(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def forget(project: Path) -> None:
    """Removes the finished work, so that all is to be made again."""
    for name in LOOKED_AT:
        shutil.rmtree(project / ".vidrec/checkpoints" / name, ignore_errors=True)


@pytest.fixture
def unfinished(project: Path) -> Iterator[Path]:
    """The project without finished work, and after the test what is there must be as before."""
    before = content(project / "data")
    forget(project)
    yield project
    assert content(project / "data") == before
    shutil.rmtree(project / "elsewhere")
    (project / "elsewhere").mkdir()


@pytest.mark.parametrize("command", [TAKES_VIDEOS, TAKES_FRAMES])
def test_a_full_disk_for_what_a_stage_gives(
    unfinished: Path, mounts: None, command: tuple[str, ...]
) -> None:
    found = errors(on_disks(unfinished, {"elsewhere": "size=32k"}, *command))
    assert len(found) == 1
    assert "room" in found[0]
    succeed(unfinished, *command)


@pytest.mark.parametrize("command", [TAKES_VIDEOS, TAKES_FRAMES])
def test_a_full_disk_for_finished_work(
    unfinished: Path, mounts: None, command: tuple[str, ...]
) -> None:
    disks = {".vidrec/checkpoints": "size=16k"}
    found = errors(on_disks(unfinished, disks, *command))
    assert len(found) == 1
    assert "No space left on device" in found[0] or "room" in found[0]
    succeed(unfinished, *command)


@pytest.mark.parametrize("command", [TAKES_VIDEOS, TAKES_FRAMES])
def test_a_full_disk_for_temporary_files(
    unfinished: Path, mounts: None, tmp_path: Path, command: tuple[str, ...]
) -> None:
    """No video is taken for a broken one because of it."""
    disks = {str(tmp_path): "size=16k"}
    found = errors(on_disks(unfinished, disks, "env", f"TMPDIR={tmp_path}", *command))
    assert len(found) == 1
    assert "No space left on device" in found[0] or "room" in found[0]
    succeed(unfinished, *command)


def test_what_is_finished_before_the_disk_is_full_is_kept(unfinished: Path, mounts: None) -> None:
    kept = unfinished / ".vidrec/checkpoints/extract_frames"
    errors(on_disks(unfinished, {"elsewhere": "size=32k"}, *TAKES_FRAMES))
    before = {path.name: path.stat().st_ino for path in kept.glob("[0-9a-f]*")}
    succeed(unfinished, *TAKES_FRAMES)
    after = {path.name: path.stat().st_ino for path in kept.glob("[0-9a-f]*")}
    assert before
    assert before.items() <= after.items()
    assert len(after) == VIDEOS


@pytest.mark.parametrize("command", [TAKES_VIDEOS, TAKES_FRAMES])
@pytest.mark.parametrize("at", ["elsewhere", ".vidrec/checkpoints"])
def test_a_folder_that_cannot_be_written(
    unfinished: Path, mounts: None, command: tuple[str, ...], at: str
) -> None:
    found = errors(on_disks(unfinished, {at: "ro"}, *command))
    assert len(found) == 1
    assert "Read-only file system" in found[0]
    assert at in found[0]


def test_a_full_disk_for_the_cache_of_dvc(project: Path, mounts: None) -> None:
    """DVC cannot keep what the stage has given: the next run takes it as it is."""
    forget(project)
    write_params(project, {"download_videos": {"sample_seconds": 2.0}})
    done = on_disks(project, {".dvc/cache": "size=64k"}, "dvc", "repro", "extract_frames")
    printed = done.stdout + done.stderr
    assert done.returncode != 0
    assert "No space left on device" in printed
    assert "Traceback" not in printed
    kept = project / ".vidrec/checkpoints/download_videos"
    before = {path.name: path.stat().st_ino for path in kept.glob("[0-9a-f]*")}
    succeed(project, "dvc", "repro", "extract_frames")
    assert before
    assert before == {path.name: path.stat().st_ino for path in kept.glob("[0-9a-f]*")}
    write_params(project, {"download_videos": {"sample_seconds": 1.0}})
    succeed(project, "dvc", "repro", "extract_frames")


@pytest.mark.parametrize("name", LOOKED_AT)
@pytest.mark.parametrize("size", [0, 20, 1000])
def test_finished_work_that_is_cut_short_is_made_again(project: Path, name: str, size: int) -> None:
    command = TAKES_VIDEOS if name == "download_videos" else TAKES_FRAMES
    forget(project)
    succeed(project, *command)
    first = content(project / "elsewhere")
    pieces = sorted((project / ".vidrec/checkpoints" / name).glob("[0-9a-f]*"))
    whole = {path.name: path.read_bytes() for path in pieces}
    os.truncate(pieces[0], size)
    done = run(project, *command)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert content(project / "elsewhere") == first
    assert {path.name: path.read_bytes() for path in pieces} == whole


@pytest.mark.parametrize("size", [0, 300])
def test_a_lock_file_of_dvc_that_is_cut_short(project: Path, size: int) -> None:
    """DVC takes from what it knows of runs what is lost; a file without anything it refuses.

    It keeps no runs of the stage whose out is persistent: that one is run again.
    """
    lock = project / "dvc.lock"
    whole, before = lock.read_bytes(), content(project / "data")
    lock.write_bytes(whole[:size])
    if not size:
        done = run(project, "dvc", "repro", "extract_frames")
        assert done.returncode != 0
        assert "dvc.lock" in done.stderr
        lock.unlink()
    log = succeed(project, "dvc", "repro", "extract_frames")
    assert stages_run(log) <= {"extract_frames"}
    assert content(project / "data") == before
    assert lock.read_bytes() == whole


def test_an_object_of_the_cache_that_is_cut_short(project: Path) -> None:
    """DVC believes what is read-only without a look; else it notices, and makes it again."""
    before = content(project / "data")
    lost = _object_with(project, before["videos/manifest.csv"])
    lost.chmod(0o644)
    os.truncate(lost, 10)
    lost.chmod(0o444)
    shutil.rmtree(project / "data/videos")
    succeed(project, "dvc", "checkout", "data/videos")
    assert (project / "data/videos/manifest.csv").stat().st_size == 10
    done = run(project, *TAKES_FRAMES)
    assert len(errors(done)) == 1
    succeed(project, "chmod", "-R", "u+w", ".dvc/cache/files")
    shutil.rmtree(project / "data")
    succeed(project, "dvc", "repro", "extract_frames")
    assert content(project / "data") == before
    assert lost.read_bytes() == before["videos/manifest.csv"]


def _object_with(project: Path, wanted: bytes) -> Path:
    objects = (project / ".dvc/cache/files").rglob("*")
    return next(path for path in objects if path.is_file() and path.read_bytes() == wanted)


@pytest.mark.parametrize("text", ["", '{"write": {"data/videos": {"pid": 4190000, "cmd": "x"}}}'])
def test_a_note_of_dvc_about_a_run_that_was_killed(project: Path, text: str) -> None:
    """DVC removes the note of a process that is gone; one cut short the user must remove."""
    note = project / ".dvc/tmp/rwlock"
    note.write_text(text)
    done = run(project, "dvc", "repro", "--force", "download_videos")
    if not text:
        assert done.returncode != 0
        assert "rwlock" in done.stderr
        note.unlink()
        done = run(project, "dvc", "repro", "--force", "download_videos")
    assert done.returncode == 0, done.stderr
    assert "download_videos" in stages_run(done.stdout)
