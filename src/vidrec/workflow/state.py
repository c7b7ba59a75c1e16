"""Where a repository keeps what is no output of DVC: it deletes outputs before each run.

`.vidrec` is one per repository. An experiment in a workspace of its own (`dvc exp run --temp`, or
from the queue) finds there what the main checkout has finished: DVC names that checkout to each
command that it runs, in the environment variable DVC_ROOT.
"""

import os
from pathlib import Path

# A file per stage that is running; these are of the workspace, whose outs they guard.
LOCKS = Path(".vidrec/locks")


def home(root: Path = Path()) -> Path:
    """The folder `.vidrec` of the repository whose top is `root`, or of the one DVC_ROOT names."""
    return Path(os.environ.get("DVC_ROOT") or root) / ".vidrec"


def checkpoints(root: Path = Path()) -> Path:
    """Finished work of single videos, held by each stage until its outs are written."""
    return home(root) / "checkpoints"


def downloads() -> Path:
    """Downloaded videos, and parts of those that are not finished."""
    return home() / "downloads"


def originals(root: Path = Path()) -> Path:
    """A link to the directory of own videos on this machine: not every machine has it at the
    place that params.yaml names."""
    return home(root) / "videos"


def is_run_of_the_repository() -> bool:
    """Whether DVC runs this stage in the repository itself, not for an experiment elsewhere.

    False for a stage that is run by hand, maybe on other data.
    """
    root = os.environ.get("DVC_ROOT")
    return bool(root and "DVC_STAGE" in os.environ) and Path(str(root)).samefile(Path.cwd())
