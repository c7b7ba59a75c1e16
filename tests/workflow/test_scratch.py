import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from vidrec.workflow import scratch

# No process has it: it is above the highest number of any system.
GONE = 2**31 - 2


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def left_by(pid: int, parent: Path) -> Path:
    """A folder as a process of that number would make it."""
    with scratch.own_folder() as folder:
        name = folder.name.replace(f"-{os.getpid()}-", f"-{pid}-")
    left = parent / name
    (left / "deep").mkdir(parents=True)
    return left


def test_temporary_files_lie_in_a_folder_that_is_gone_in_the_end(temporary: Path) -> None:
    with scratch.own_folder() as folder:
        made = Path(tempfile.mkdtemp())
        assert made.parent == folder
        assert folder.parent == temporary
    assert not list(temporary.iterdir())
    assert tempfile.gettempdir() == str(temporary)


def test_what_killed_processes_have_left_is_removed_and_nothing_else(temporary: Path) -> None:
    gone, running = left_by(GONE, temporary), left_by(os.getppid(), temporary)
    (temporary / "vidrec-notes").mkdir()
    (temporary / f"{gone.name}2").symlink_to(running)
    with scratch.own_folder():
        pass
    assert sorted(path.name for path in temporary.iterdir()) == sorted(
        ["vidrec-notes", running.name, f"{gone.name}2"]
    )


def test_a_program_that_works_in_a_folder_ends_when_it_is_cleared(temporary: Path) -> None:
    left = left_by(GONE, temporary)
    near = temporary / f"{left.name}-other"
    near.mkdir()
    with (
        subprocess.Popen(["sleep", "60"], cwd=left / "deep") as inside,
        subprocess.Popen(["sleep", "60"], cwd=near) as outside,
    ):
        scratch.clear(left)
        assert inside.wait(10) < 0
        assert outside.poll() is None
        outside.kill()
    assert not left.exists()
