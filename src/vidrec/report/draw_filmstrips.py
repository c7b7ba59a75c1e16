"""The filmstrips of all videos: drawn once, for as long as their frames are the same."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from functools import partial
from operator import attrgetter

from vidrec.media.frame_index import Framed, FrameSource, NoFramesError
from vidrec.media.frames import Frames
from vidrec.report import filmstrips
from vidrec.report.filmstrips import Filmstrip
from vidrec.settings.render_report import Look
from vidrec.workflow.checkpoints import Checkpoints, complete
from vidrec.workflow.code import versions
from vidrec.workflow.errors import tell
from vidrec.workflow.video import Video


@dataclass(frozen=True)
class Drawn:
    """The filmstrip of a video; without frames none, but why they cannot be had."""

    strip: Filmstrip | None
    missing: str = ""

    @property
    def good(self) -> bool:
        return self.strip is not None

    def pack(self) -> bytes:
        """The filmstrip as bytes."""
        assert self.strip is not None  # of what is kept
        return self.strip.pack()

    @classmethod
    def unpack(cls, content: bytes) -> "Drawn":
        return cls(Filmstrip.unpack(content))


@dataclass(frozen=True)
class Wanted:
    """The frames of a video, and those of them that are to be in its filmstrip."""

    framed: Framed
    moments: tuple[int, ...]

    @property
    def content(self) -> str:
        """What makes the filmstrip another."""
        return f"{self.framed.sha256} {' '.join(map(str, self.moments))}"


def draw_all(
    frames: FrameSource, look: Look, moments: Mapping[Video, Sequence[int]]
) -> dict[Video, Filmstrip]:
    """The filmstrip of each video of `frames`, with its `moments`; what was drawn before is taken
    as it is.

    One whose frames cannot be had has none: one line says so. Raises UserError where a frame cannot
    be read.
    """
    look = Look(*(getattr(look, each.name) for each in fields(Look)))
    store = Checkpoints(
        "render_report",
        [filmstrips],
        [astuple(look), versions("pillow")],
        pack=Drawn.pack,
        unpack=Drawn.unpack,
        keep=attrgetter("good"),
    )
    wanted = [Wanted(each, tuple(moments.get(each.video, ()))) for each in frames.framed]
    drawn = all(store.has(store.key(each.content)) for each in wanted)
    done = complete(
        store,
        wanted,
        _known,
        partial(_draw, frames.read, look),
        title="draw strips",
        # To start workers takes longer than to read what all of them have drawn.
        workers=1 if drawn else None,
    )
    return _those_drawn([(each.framed.video, found) for each, found in done])


def _known(wanted: Wanted) -> tuple[str, Wanted]:
    """Frames are read only where there is no filmstrip for their digest."""
    return wanted.content, wanted


def _draw(read: Callable[[Framed], Frames], look: Look, wanted: Wanted) -> Drawn:
    try:
        return Drawn(filmstrips.make(read(wanted.framed), look, wanted.moments))
    except NoFramesError as error:
        return Drawn(None, str(error))


def _those_drawn(found: list[tuple[Video, Drawn]]) -> dict[Video, Filmstrip]:
    missing = [each.missing for _, each in found if each.missing]
    if missing:
        tell(f"the page shows {len(missing)} of {len(found)} videos without pictures: {missing[0]}")
    return {video: each.strip for video, each in found if each.strip}
