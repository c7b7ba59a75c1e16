"""When the objects of a video show: over time, and where each is strongest."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from vidrec.detections.tree import VideoDetections
from vidrec.recommender.group_shares import Grouping
from vidrec.recommender.recommendations import Ranked
from vidrec.recommender.usual import confidence_of
from vidrec.report.likeness import Likeness
from vidrec.report.strengths import strengths
from vidrec.vocabulary.groups import Vocabulary
from vidrec.workflow.video import Video

# Frames of a strip that are shown since a match is made there; the others are spread over time.
MOST_MOMENTS = 4


@dataclass(frozen=True)
class Track:
    """A group over time: a digit per stretch, in how many frames it is first, and where strongest.

    See `strengths`; `best` is None where it is in no frame.
    """

    cells: str
    first: int
    best: int | None


@dataclass(frozen=True)
class Seen:
    """Of a video how many frames were looked at, the groups that matter by name, and how surely
    objects are recognised in it: see `usual.confidence_of`."""

    looked: int
    tracks: Mapping[str, Track]
    confidence: float = 0.0

    def moments(self, groups: Iterable[str]) -> list[int]:
        """The frames in which these groups are strongest, each once, the first ones only."""
        best = [self.tracks[group].best for group in groups if group in self.tracks]
        return list(dict.fromkeys(frame for frame in best if frame is not None))[:MOST_MOMENTS]


def groups_that_match(
    found: Likeness, neighbors: Sequence[Sequence[Ranked]], grouping: Grouping
) -> list[list[str]]:
    """Of each video, a row each, the groups that lead its matches, be it the one asked for or the
    one named: the most frequent first, equal ones by name."""
    counts = [Counter[str]() for _ in neighbors]
    for row, (own, shares) in enumerate(zip(neighbors, found.matches, strict=True)):
        for neighbor, match in zip(own, shares, strict=True):
            for leading in match.first[:1]:
                name = grouping.groups[leading.group]
                counts[row][name] += 1
                counts[neighbor.row][name] += 1
    return [[name for name, _ in sorted(each.items(), key=_frequent)] for each in counts]


def _frequent(counted: tuple[str, int]) -> tuple[int, str]:
    name, count = counted
    return -count, name


def groups_wanted(
    found: Likeness, leading: Sequence[Sequence[str]], grouping: Grouping
) -> list[list[str]]:
    """Of each video, a row each, the groups that lead its matches, and those that it is of."""
    return [
        [*led, *(grouping.groups[each.group] for each in own.first)]
        for own, led in zip(found.objects, leading, strict=True)
    ]


def follow(
    detections: Iterable[VideoDetections],
    wanted: Mapping[Video, Sequence[str]],
    vocabulary: Vocabulary,
    least: float,
) -> dict[Video, Seen]:
    """When the `wanted` groups show in each video; what is found with less than `least` is not."""
    seen = {}
    for found in detections:
        strong = strengths(found, vocabulary, least)
        tracks = {
            group: Track(strong.cells(group), strong.first.get(group, 0), strong.best(group))
            for group in wanted.get(found.video, ())
        }
        seen[found.video] = Seen(len(strong.frames), tracks, confidence_of(found))
    return seen
