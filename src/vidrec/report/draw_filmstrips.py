"""The filmstrips of all videos: drawn once, for as long as their frames are the same."""

from dataclasses import astuple, fields
from functools import partial
from pathlib import Path

from vidrec.media.frames import read_frames, read_known, videos_below
from vidrec.report import filmstrips
from vidrec.report.filmstrips import Filmstrip
from vidrec.settings.render_report import Look
from vidrec.workflow.checkpoints import Checkpoints, complete
from vidrec.workflow.code import versions
from vidrec.workflow.video import Video


def draw_all(root: Path, look: Look) -> dict[Video, Filmstrip]:
    """The filmstrip of each video under `root`, what was drawn before taken as it is.

    Raises UserError where there is none, or where a frame is missing or cannot be read.
    """
    look = Look(*(getattr(look, each.name) for each in fields(Look)))
    store = Checkpoints(
        "render_report",
        [filmstrips],
        [astuple(look), versions("pillow")],
        pack=Filmstrip.pack,
        unpack=Filmstrip.unpack,
    )
    digests = {video: read_known(root, video)[0] for video in videos_below(root)}
    drawn = all(store.has(store.key(digest)) for digest in digests.values())
    done = complete(
        store,
        list(digests),
        partial(_known, digests),
        partial(_draw, root, look),
        title="draw strips",
        # To start workers takes longer than to read what all of them have drawn.
        workers=1 if drawn else None,
    )
    return dict(done)


def _known(digests: dict[Video, str], video: Video) -> tuple[str, Video]:
    """Frames are decoded only where there is no filmstrip for their digest."""
    return digests[video], video


def _draw(root: Path, look: Look, video: Video) -> Filmstrip:
    return filmstrips.make(read_frames(video.below(root)), look)
