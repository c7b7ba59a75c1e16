"""Files and revisions as git has them."""

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from vidrec.workflow.errors import UserError, tell


def git(*arguments: str) -> bytes | None:
    """What `git <arguments>` prints; None where it fails."""
    if shutil.which("git") is None:
        return None
    done = subprocess.run(["git", *arguments], capture_output=True, check=False)  # noqa: S607 - the user's own git
    return done.stdout if done.returncode == 0 else None


def is_revision(name: str) -> bool:
    """Whether git knows a commit of that name."""
    checked = git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    return checked is not None


def find_base(name: str) -> str:
    """The revision `name`, or a remote's branch of that name where a clone has no other.

    Says on standard error that it is the remote's. Raises UserError where there is neither.
    """
    if is_revision(name):
        return name
    there = branches()
    # The remote that was cloned from goes before others.
    theirs = [f"origin/{name}", *(each for each in there if each.partition("/")[2] == name)]
    found = next((each for each in theirs if each in there), None)
    if found is None:
        raise UserError(
            f"no revision {name!r} here; the branches are {', '.join(there) or 'none'}:"
            " name one, or a commit, with BASE=, such as BASE=HEAD~1"
        )
    tell(f"there is no {name} here: compared with {found}")
    return found


def branches() -> list[str]:
    """The branches of this repository, then those of its remotes, such as origin/main."""
    kinds = "refs/heads", "refs/remotes"
    listed = git("for-each-ref", "--format=%(refname:lstrip=2) %(symref)", *kinds) or b""
    # A second word is what a name like origin/HEAD stands for.
    words = [line.split() for line in listed.decode().splitlines()]
    return [name for name, *stands_for in words if not stands_for]


def take_out(revision: str, paths: Iterable[Path], folder: Path) -> None:
    """Write those of `paths` that `revision` has, below this directory, into `folder`."""
    for path in paths:
        content = git("show", f"{revision}:./{path.as_posix()}")
        if content is not None:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)


def is_changed(revision: str, paths: Iterable[str]) -> bool:
    """Whether any of `paths`, which may have patterns of git, is other here than in `revision`."""
    wanted = list(paths)
    listed = git("diff", "--name-only", revision, "--", *wanted)
    return bool(listed or git("ls-files", "--others", "--exclude-standard", "--", *wanted))
