"""Where a user wants a file: checked before any time is spent."""

import errno
import os
from pathlib import Path

from vidrec.workflow.errors import UserError
from vidrec.workflow.files import LONGEST_FILE_NAME


def check_output(output: Path | None, *endings: str) -> None:
    """Raise UserError for a path that no file with one of `endings` can be written to."""
    if output is None:
        return
    if len(os.fsencode(output.name)) > LONGEST_FILE_NAME:
        raise UserError(f"--output: a name of more than {LONGEST_FILE_NAME} bytes is too long")
    if output.suffix.lower() not in endings or _is_directory(output):
        raise UserError(f"--output {output}: it must be a file that ends in {' or '.join(endings)}")
    if not _is_directory(output.parent):
        raise UserError(f"--output {output}: {output.parent} is not a directory, make it first")


def _is_directory(path: Path) -> bool:
    """As `Path.is_dir`; of a name too long for the system there is none."""
    try:
        return path.is_dir()
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        return False
