"""`make` on machines that lack something, and what a clone's files are like there."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.projects import ROOT

INSTALLED = (".venv/bin/.installed", "requirements.txt", "pyproject.toml")
# Commands that only the set-up of a machine can be without.
SPARE = ("column", "git")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A directory outside of git with the Makefile, where the set-up seems to be done."""
    made = tmp_path / "vidrec"
    (made / ".venv/bin").mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", made)
    for name in reversed(INSTALLED):
        (made / name).touch()
    return made


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A directory for PATH with every command of the system but those of SPARE."""
    made = tmp_path / "bin"
    made.mkdir()
    for folder in map(Path, ("/usr/local/bin", "/usr/bin", "/bin")):
        for command in folder.iterdir() if folder.is_dir() else ():
            if command.name not in SPARE and not (made / command.name).is_symlink():
                (made / command.name).symlink_to(command)
    return made


def make(project: Path, *arguments: str, path: Path | None = None) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of make, with `path` alone as PATH."""
    # These are of the `make test` that may have started this.
    environment = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    # Git looks no further up: the directory of temporary files may itself be in a work tree.
    environment |= {"GIT_CEILING_DIRECTORIES": str(project.parent), "LC_ALL": "C"}
    environment |= {"PATH": str(path)} if path else {}
    command = [str(shutil.which("make")), *arguments]
    done = subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


def init(project: Path) -> None:
    subprocess.run(["git", "init", "--quiet", project], check=True)


def fake(project: Path, *names: str) -> None:
    """Commands in the environment that only print how they were called."""
    for name in names:
        script = project / ".venv/bin" / name
        script.write_text(f'#!/bin/sh\necho "{name} $*"\n')
        script.chmod(0o755)


def test_help_lists_every_target_and_needs_neither_column_nor_git(
    project: Path, bare: Path
) -> None:
    status, printed, errors = make(project, path=bare)
    assert (status, errors) == (0, "")
    assert printed == make(project)[1]
    names, texts = zip(*(line.split(maxsplit=1) for line in printed.splitlines()), strict=True)
    assert {"setup", "repro", "test", "review", "plots", "weightings"} <= set(names)
    assert texts[names.index("help")] == "list the targets"
    lines = zip(printed.splitlines(), texts, strict=True)
    assert len({line.index(text) for line, text in lines}) == 1


def test_without_git_the_set_up_does_not_begin(project: Path, bare: Path) -> None:
    (project / INSTALLED[0]).unlink()
    status, printed, errors = make(project, "setup", path=bare)
    assert (status, printed) == (2, "")
    assert errors.startswith("error: git is not here, and DVC needs it: install git\n")
    assert len([line for line in errors.splitlines() if not line.startswith("make: ***")]) == 1


def test_outside_of_a_clone_the_set_up_does_not_begin(project: Path) -> None:
    (project / INSTALLED[0]).unlink()
    status, printed, errors = make(project, "setup")
    assert (status, printed) == (2, "")
    told, *rest = errors.splitlines()
    assert told.startswith("error: DVC needs a clone, and git says: fatal: not a git repository")
    assert told.endswith(": run git clone rather than download a zip, or git init here")
    assert all(line.startswith("make: ***") for line in rest)


def test_in_a_clone_what_is_installed_is_left_alone(project: Path) -> None:
    init(project)
    assert make(project, "setup")[0] == 0
    assert (project / INSTALLED[0]).read_bytes() == b""


def test_params_are_checked_before_the_run(project: Path) -> None:
    init(project)
    fake(project, "vidrec", "dvc")
    assert make(project, "--silent", "repro") == (0, "vidrec check\ndvc repro\n", "")
    (project / ".venv/bin/vidrec").write_text("#!/bin/sh\nexit 1\n")
    status, printed, _ = make(project, "--silent", "repro")
    assert (status, printed) == (2, "")


def test_one_package_may_be_pinned_anew(project: Path) -> None:
    init(project)
    fake(project, "uv")
    _, printed, _ = make(project, "--silent", "requirements", "PACKAGE=yt-dlp")
    assert "--upgrade-package yt-dlp --no-annotate" in printed
    _, printed, _ = make(project, "--silent", "requirements")
    assert "--upgrade --no-annotate" in printed
    assert "--upgrade-package" not in printed


def test_ray_is_installed_beside_what_is_pinned(project: Path) -> None:
    init(project)
    (project / "requirements-cluster.txt").touch()
    fake(project, "pip")
    _, printed, _ = make(project, "--silent", "cluster")
    wanted = "--requirement requirements-cluster.txt --constraint requirements.txt"
    assert printed == f"pip install --quiet {wanted}\n"
    assert make(project, "--silent", "cluster") == (0, "", "")


def test_what_ray_brings_is_pinned_once() -> None:
    pins = [
        {line.partition("==")[0] for line in (ROOT / name).read_text().splitlines()}
        for name in ("requirements.txt", "requirements-cluster.txt")
    ]
    assert "ray" in pins[1]
    assert not pins[0] & pins[1]


def test_clean_removes_kept_work_and_nothing_else(project: Path) -> None:
    for name in (".vidrec/checkpoints/a", ".vidrec/locks/b", ".vidrec/other/c", "data/d"):
        (project / name).mkdir(parents=True)
    assert make(project, "clean")[0] == 0
    assert [path.name for path in (project / ".vidrec").iterdir()] == ["other"]
    assert (project / "data/d").is_dir()


@pytest.mark.parametrize("setting", ["true", "input", "false"])
def test_a_clone_has_lf_whatever_git_is_told(tmp_path: Path, setting: str) -> None:
    """Of this work tree, committed or not."""
    source, clone = tmp_path / "source", tmp_path / "clone"
    wanted = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(["git", "-C", ROOT, *wanted], check=True, capture_output=True)
    names = listed.stdout.decode().split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, source / name)
    init(source)
    author = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    for command in (["add", "--all"], [*author, "commit", "--quiet", "--message", "All"]):
        subprocess.run(["git", "-C", source, *command], check=True)
    told = ["-c", f"core.autocrlf={setting}"]
    subprocess.run(["git", *told, "clone", "--quiet", *told, source, clone], check=True)
    copies = [path for path in source.rglob("*") if path.is_file() and ".git" not in path.parts]
    assert len(copies) > 100
    changed = [
        path.name
        for path in copies
        if (clone / path.relative_to(source)).read_bytes() != path.read_bytes()
    ]
    assert changed == []
    texts = [path for path in copies if path.suffix in {".py", ".csv", ".yaml", ".sh", ""}]
    assert not [path.name for path in texts if b"\r" in path.read_bytes()]
