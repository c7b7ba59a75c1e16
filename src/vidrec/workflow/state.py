"""Where the project keeps what is no output of DVC: it deletes outputs before each run."""

from pathlib import Path

STATE = Path(".vidrec")

# Finished work of single videos, held by each stage until its outs are written.
CHECKPOINTS = STATE / "checkpoints"
# A file per stage that is running.
LOCKS = STATE / "locks"
# Downloaded videos, and parts of those that are not finished.
DOWNLOADS = STATE / "downloads"
# Videos that were taken out of a user's directory.
REMOVED = STATE / "removed"
