"""What the labels of a network mean in own classes, learnt from what it finds in marked images."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from vidrec.detections.masks import COLUMNS, Segments
from vidrec.segmenter.evaluate_segmented import FrameObjects, match
from vidrec.segmenter.mask_scores import Picture

# A found object and a marked one are the same where their masks have this IoU.
SAME_IOU = 0.5


@dataclass(frozen=True)
class Meaning:
    """`stands_for`: the own class of each label that has one. `origin`: of each own class the label
    that comes nearest to it, where there is one."""

    stands_for: Mapping[str, str]
    origin: Mapping[str, str]


def learn_meaning(
    pictures: Iterable[Picture], known: Collection[str], classes: Sequence[str]
) -> Meaning:
    """What the labels `known` mean, of what was found under them in the images learnt from.

    A label of the name of an own class means that. Any other means the class upon whose objects it
    was found most often; one that was found upon none means nothing.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for picture in pictures:
        counts.update(_same(picture))
    ranked = sorted(counts, key=lambda pair: (-counts[pair], pair))
    equal = {name: name for name in classes if name in known}
    stands_for, origin = dict(equal), dict(equal)
    for label, own in ranked:
        stands_for.setdefault(label, own)
        origin.setdefault(own, label)
    return Meaning(stands_for, origin)


def _same(picture: Picture) -> list[tuple[str, str]]:
    """(label, own class) of each found object that is a marked one, whatever they are called."""
    marked = [each for each in picture.marked if not each.crowd]
    found = FrameObjects([""] * len(picture.found.masks), picture.found.masks)
    true = FrameObjects([""] * len(marked), [each.mask for each in marked])
    labels = picture.found.table["label"].tolist()
    return [(labels[x.found], marked[x.true].label) for x in match(found, true, SAME_IOU)]


def translate(found: Segments, meaning: Meaning) -> Segments:
    """What was found, in own classes; without what means none."""
    own = found.table["label"].map(dict(meaning.stands_for))
    rows = [row for row, name in enumerate(own) if isinstance(name, str)]
    table = found.table.assign(label=own).iloc[rows].reset_index(drop=True)
    return Segments(found.frames, table[list(COLUMNS)], [found.masks[row] for row in rows])
