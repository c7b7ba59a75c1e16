"""The directory of own videos on this machine: a link in the repository's `.vidrec`.

params.yaml names the directory of whoever made the list of videos. On another machine it may lie
elsewhere, or not at all; and a workspace of an experiment has no files that git does not track.
"""

import os
import unicodedata
from pathlib import Path

from vidrec.videos.manifest import Entry
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import sha256_of

# What DVC and the stages write anew, at the top of a project.
WRITTEN = ("data", "metrics", "reports", ".vidrec", ".dvc", ".git")


def remember(link: Path, directory: Path) -> None:
    """Let `link` lead to `directory` from now on."""
    link.parent.mkdir(parents=True, exist_ok=True)
    temporary = link.with_name(f".{link.name}-{os.getpid()}")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(directory.resolve())
    temporary.replace(link)


def check_apart(place: Path, root: Path) -> None:
    """Raise UserError where `place` is, holds or lies in what a run of the project at `root`
    writes anew: what is there would be deleted."""
    here, top = place.resolve(), root.resolve()
    written = [top / name for name in WRITTEN]
    if top.is_relative_to(here) or any(here.is_relative_to(each) for each in written):
        raise UserError(
            f"{place} is the project itself, or lies where a run deletes what it finds"
            f" ({', '.join(WRITTEN)}): keep the videos elsewhere, and name that directory"
        )


def directory_of(link: Path) -> Path | None:
    """Where `link` leads, if there is a directory."""
    return link.resolve() if link.is_dir() else None


def original(entry: Entry) -> Path:
    """The file of an own video, its content checked.

    Raises UserError where it is not at hand, or has changed since it was listed: neither is a
    fault of the video.
    """
    assert entry.file is not None  # of an entry that is ok
    forms = (unicodedata.normalize(form, str(entry.file)) for form in ("NFC", "NFD"))
    found = next((Path(each) for each in (str(entry.file), *forms) if Path(each).is_file()), None)
    if found is None:
        raise UserError(
            f"{entry.path}, a video of the list, is not on this machine: say where the directory"
            " lies with `vidrec use DIR`, or bring the list up to date with `vidrec scan`"
        )
    if sha256_of(found) != entry.sha256:
        raise UserError(
            f"{entry.path} has changed since it was listed: bring the list up to date with"
            " `vidrec scan`"
        )
    return found
