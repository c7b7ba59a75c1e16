"""Where a repository keeps what is no output of DVC: it deletes outputs before each run.

`.vidrec` is one per repository. An experiment in a workspace of its own (`dvc exp run --temp`, or
from the queue) finds there what the main checkout has finished: DVC names that checkout to each
command that it runs, in the environment variable DVC_ROOT.
"""

import configparser
import os
from pathlib import Path

from vidrec.workflow.errors import UserError

HOME = Path(".vidrec")
# A file per stage that is running; these are of the workspace, whose outs they guard.
LOCKS = HOME / "locks"


def home(root: Path = Path()) -> Path:
    """The folder `.vidrec` of the repository whose top is `root`, or of the one DVC_ROOT names."""
    return Path(os.environ.get("DVC_ROOT") or root) / HOME


def checkpoints(root: Path = Path()) -> Path:
    """Finished work of single videos, by what it is made of.

    It is of this repository, or of all clones that share a place for what DVC keeps by itself (its
    `core.site_cache_dir`).
    """
    shared = _site_cache(Path(os.environ.get("DVC_ROOT") or root))
    return shared / "vidrec" if shared else home(root) / "checkpoints"


def _site_cache(root: Path) -> Path | None:
    """The place that was chosen for DVC's site cache; its default one is of the whole machine."""
    chosen = os.environ.get("DVC_SITE_CACHE_DIR")
    config = configparser.RawConfigParser(strict=False)
    try:
        config.read([root / ".dvc/config", root / ".dvc/config.local"], encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise UserError(f"DVC's config cannot be read ({reason}): mend .dvc/config") from None
    # DVC writes a value in quotes that has a comma in it.
    chosen = chosen or config.get("core", "site_cache_dir", fallback="").strip("\"'")
    return root / chosen if chosen else None


def logs(root: Path = Path()) -> Path:
    """What each stage has done, a line for each video."""
    return home(root) / "logs"


def downloads() -> Path:
    """Downloaded videos, and parts of those that are not finished."""
    return home() / "downloads"


def originals(root: Path = Path()) -> Path:
    """A link to the directory of own videos on this machine: not every machine has it at the
    place that params.yaml names."""
    return home(root) / "videos"
