"""What became of each id when it was last asked for, so that what is gone is not asked for again.

A JSON file beside the downloads: by id the status, yt-dlp's words, when that was (seconds since
1970), and the circumstances: what else decides it, such as the version of yt-dlp.
"""

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from yt_dlp.version import __version__

from vidrec.videos.youtube_access import Access
from vidrec.videos.youtube_options import Rules
from vidrec.videos.youtube_status import LASTING, Status
from vidrec.workflow.files import write_json

NAME = ".outcomes.json"
# For how long what became of an id is believed.
LASTS_S = 24 * 3600


@dataclass(frozen=True)
class Outcome:
    """What became of an id."""

    status: str
    error: str
    when: float
    circumstances: str


class Outcomes:
    """The outcomes kept in the file `path`; all that is noted is written at once."""

    def __init__(self, path: Path, circumstances: str) -> None:
        self._path, self._circumstances = path, circumstances
        self._known = _read(path)

    def lasting(self, video_id: str, *, needed: bool = True) -> Outcome | None:
        """Why there is no sense in asking for an id again; None where there may be.

        For one that is not needed, as there are enough without it, any failure is a reason.
        """
        found = self._known.get(video_id)
        if found is None or (found.status not in LASTING and (needed or found.status == Status.OK)):
            return None
        fresh = 0 <= time.time() - found.when < LASTS_S
        return found if fresh and found.circumstances == self._circumstances else None

    def note(self, video_id: str, status: str, error: str = "") -> None:
        """Keep what became of an id now."""
        if status == Status.DISK_FULL:
            # There is no room to write that, and the run ends here.
            return
        outcome = Outcome(str(status), error, round(time.time(), 3), self._circumstances)
        self._known[video_id] = outcome
        write_json(self._path, {name: asdict(each) for name, each in self._known.items()})


def circumstances(rules: Rules, given: Access) -> str:
    """What else than the video decides what becomes of it, without a secret."""
    return (
        f"yt-dlp {__version__}, at most {rules.max_duration_s:g} s and {rules.max_filesize_mb} MB"
        f"{', cookies' if given.cookies else ''}{', proxy' if given.proxy else ''}"
    )


def _read(path: Path) -> dict[str, Outcome]:
    """What the file has; nothing where it is not there, or is damaged: then all is asked again."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        found = {name: Outcome(**each) for name, each in kept.items()}
        return {name: each for name, each in found.items() if isinstance(each.when, float | int)}
    except (FileNotFoundError, IsADirectoryError, ValueError, TypeError, AttributeError):
        return {}
