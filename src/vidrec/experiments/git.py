"""Files as a git revision has them."""

import subprocess
from collections.abc import Iterable
from pathlib import Path


def git(*arguments: str) -> bytes | None:
    """What `git <arguments>` prints; None where it fails."""
    done = subprocess.run(["git", *arguments], capture_output=True, check=False)  # noqa: S607 - the user's own git
    return done.stdout if done.returncode == 0 else None


def is_revision(name: str) -> bool:
    """Whether git knows a commit of that name."""
    checked = git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    return checked is not None


def take_out(revision: str, paths: Iterable[Path], folder: Path) -> None:
    """Write those of `paths` that `revision` has, below this directory, into `folder`."""
    for path in paths:
        content = git("show", f"{revision}:./{path.as_posix()}")
        if content is not None:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
