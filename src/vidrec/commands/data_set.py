"""The tracked files that belong to a data set: put aside, removed, or taken back.

Params, the list of videos, figures and the hashes of results are one whole: figures of one data
set beside params of another would deceive.
"""

import re
from collections.abc import Collection
from pathlib import Path

import yaml

from vidrec.experiments.git import git
from vidrec.workflow import state
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import write_bytes
from vidrec.workflow.tables import SAFE_NAME

PARAMS, LOCK, METRICS = Path("params.yaml"), Path("dvc.lock"), Path("metrics")
LISTING = Path("manifests/directory.csv")
PIPELINE = Path("dvc.yaml")
FIGURE = re.compile(r"metrics/[\w/-]+\.(?:json|csv)")


def tracked(root: Path) -> list[Path]:
    """The files of the data set that the project at `root` has, relative to it.

    Of the figures those that dvc.yaml names: what else lies beside them is somebody's own.
    """
    named = FIGURE.findall((root / PIPELINE).read_text(encoding="utf-8"))
    paths = (PARAMS, LOCK, LISTING, *map(Path, sorted(set(named))))
    return [path for path in paths if (root / path).is_file()]


def put_aside(root: Path) -> Path:
    """Copy them to `.vidrec/set_aside/<source of the videos>-<number>`; gives that place."""
    number = 1 + max(map(_number, _aside(root)), default=0)
    place = state.home(root) / "set_aside" / f"{source_of(root / PARAMS)}-{number}"
    for path in tracked(root):
        write_bytes(place / path, (root / path).read_bytes())
    return place


def _aside(root: Path) -> list[Path]:
    """What was put aside, the latest last."""
    return sorted((state.home(root) / "set_aside").glob("*-*"), key=_number)


def _number(place: Path) -> int:
    return int(place.name.rpartition("-")[2])


def source_of(params: Path) -> str:
    """Where the videos come from, as a params file says; one that says no such word is `broken`."""
    source = _said(params.read_bytes(), "download_videos")
    # A folder gets this name.
    return source if SAFE_NAME.fullmatch(source) else "broken"


def _said(params: bytes, section: str) -> str:
    """The `source` that a section of a params file names; empty where there is none."""
    try:
        return str(yaml.safe_load(params)[section]["source"])
    except (yaml.YAMLError, TypeError, KeyError, UnicodeDecodeError):
        return ""


def forget_results(root: Path, kept: Collection[str]) -> None:
    """Remove the figures, and the hashes of the results of all stages but `kept`.

    Of a table its header stays: no stage makes that of the weightings, and DVC would say of each
    plot without a file that it failed.
    """
    for path in tracked(root):
        if METRICS in path.parents:
            _forget_figures(root / path)
    lock = root / LOCK
    if not lock.is_file():
        return
    try:
        content = yaml.safe_load(lock.read_bytes())
        stages = {name: stage for name, stage in content["stages"].items() if name in kept}
    except (yaml.YAMLError, TypeError, KeyError, AttributeError, UnicodeDecodeError):
        stages = {}
    if stages:
        content["stages"] = stages
        write_bytes(lock, yaml.safe_dump(content, sort_keys=False).encode())
    else:
        lock.unlink()


def _forget_figures(file: Path) -> None:
    if file.suffix == ".csv":
        write_bytes(file, file.read_bytes().partition(b"\n")[0] + b"\n")
    else:
        file.unlink()


def take_back_sample(root: Path, *, as_it_was_here: bool) -> str:
    """Put back the sample's files as they were committed; says from where.

    `as_it_was_here`: where the sample was set aside with the very params that were committed, its
    own hashes and figures are taken, for they are of this machine. Raises UserError where git has
    none.
    """
    revision = _sample_revision(root)
    committed = _shown(root, revision, PARAMS)
    mine = [
        place
        for place in _aside(root)
        if as_it_was_here and (place / PARAMS).read_bytes() == committed
    ]
    contents = _files_below(mine[-1]) if mine else _files_of(root, revision)
    for path in tracked(root):
        if path not in contents:
            (root / path).unlink()
    for path, content in contents.items():
        write_bytes(root / path, content)
    return "as it was here" if mine else f"as commit {revision[:7]} has it"


def _files_below(folder: Path) -> dict[Path, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder): path.read_bytes() for path in files}


def _files_of(root: Path, revision: str) -> dict[Path, bytes]:
    names = git("-C", str(root), "ls-tree", "-r", "--name-only", revision, "--", str(METRICS))
    figures = [Path(name) for name in (names or b"").decode().splitlines()]
    paths = (PARAMS, LOCK, LISTING, *figures)
    return {path: _shown(root, revision, path) for path in paths}


def _sample_revision(root: Path) -> str:
    """The newest commit whose params take videos and weights of the sample."""
    log = git("-C", str(root), "log", "--format=%H")
    for revision in (log or b"").decode().split():
        params = _shown(root, revision, PARAMS)
        if all(_said(params, each) == "sample" for each in ("download_videos", "prepare_weights")):
            return revision
    raise UserError(
        "git has no commit in which params.yaml takes the sample: clone the project anew"
    )


def _shown(root: Path, revision: str, path: Path) -> bytes:
    return git("-C", str(root), "show", f"{revision}:./{path.as_posix()}") or b""
