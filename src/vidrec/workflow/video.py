"""What stands for a video from the manifest on: its category and its id."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True)
class Video:
    """A video by category and id. In each tree of the project its files lie by these two names."""

    category: str
    video_id: str

    def __str__(self) -> str:
        return f"{self.category}/{self.video_id}"

    def below(self, root: Path, ending: str = "") -> Path:
        """`root`/<category>/<video_id> with `ending` at its end, such as `.csv`."""
        return root / self.category / f"{self.video_id}{ending}"

    @classmethod
    def at(cls, path: Path, ending: str = "") -> "Video":
        """The video that a path of the form that `below` gives belongs to."""
        return cls(path.parent.name, path.name.removesuffix(ending))


def pair(categories: Iterable[str], ids: Iterable[str]) -> list[Video]:
    """The videos of such categories and ids, one by one."""
    return [Video(category, name) for category, name in zip(categories, ids, strict=True)]
