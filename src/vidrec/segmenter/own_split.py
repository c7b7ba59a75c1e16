"""Which own images are held out: about a share of each class, no source on both sides."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from vidrec.segmenter.annotated_images import OwnImage
from vidrec.workflow.arrays import BoolArray
from vidrec.workflow.errors import UserError


def split_by_source(images: Sequence[OwnImage], test_share: float, seed: int) -> BoolArray:
    """True for the images held out.

    The rarest class chooses first. Of each class a source at least is left to learn from, so that
    one with a single source is learnt, and cannot be judged. Raises UserError where nothing can be
    held out.
    """
    classes = _classes_by_source(images)
    sources = [str(each) for each in np.random.default_rng(seed).permutation(sorted(classes))]
    having = {
        label: [source for source in sources if label in classes[source]]
        for label in sorted(set[str]().union(*classes.values()))
    }
    left = {label: len(found) for label, found in having.items()}
    held, decided = set[str](), set[str]()
    empty = [source for source in sources if not classes[source]]
    for label in sorted(having, key=lambda each: len(having[each])):
        wanted = _share(len(having[label]), test_share) - len(held & set(having[label]))
        for source in having[label]:
            if source in decided:
                continue
            decided.add(source)
            if wanted > 0 and all(left[each] > 1 for each in classes[source]):
                held.add(source)
                wanted -= 1
                for each in classes[source]:
                    left[each] -= 1
    if not held:
        raise UserError(
            "finetune_segmenter.images has no class in two different pictures, of which one could"
            " be held out: mark more pictures"
        )
    held |= set(empty[: round(test_share * len(empty))])
    return np.array([image.source in held for image in images])


def _share(count: int, test_share: float) -> int:
    return max(1, round(test_share * count))


def _classes_by_source(images: Sequence[OwnImage]) -> dict[str, set[str]]:
    """The classes that are marked in the images of each source."""
    found = defaultdict[str, set[str]](set)
    for image in images:
        found[image.source] |= {each.label for each in image.objects if not each.crowd}
    return found
