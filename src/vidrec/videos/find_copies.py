"""Stage find_copies: which videos are copies of others, re-encoded or cut."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from vidrec.detections.copies import Copy
from vidrec.media import thumbnails
from vidrec.media.frame_index import Framed, FrameSource
from vidrec.media.frames import Frames
from vidrec.media.thumbnails import Thumbnails, take_thumbnails
from vidrec.videos.alike import (
    Look,
    hashes_of,
    look_alike,
    look_of,
    matched_share,
    pairs_sharing,
    patterns_of,
)
from vidrec.workflow.checkpoints import Checkpoints, complete

# Videos at hand at a time while pairs are compared: one of 600 s takes 25 MB, one of 20 s 1 MB.
AT_HAND = 64
# Copies that are told by name.
NAMED = 3

Pair = tuple[int, int]


def find_copies(frames: FrameSource) -> list[Copy]:
    """The videos of `frames` that are copies, sorted, each with the first of its group."""
    framed = sorted(frames.framed, key=lambda each: each.video.video_id)
    store = Checkpoints(
        "find_copies", [thumbnails], [], pack=thumbnails.pack, unpack=thumbnails.unpack
    )
    make = partial(_make, frames.read)
    done = complete(store, framed, _known, make, title="find copies")
    pairs = pairs_alike(made for _, made in done)

    # Thumbnails of all videos would not fit in memory: those to be compared are had from the store.
    @lru_cache(maxsize=AT_HAND)
    def look(number: int) -> Look:
        key = store.key(framed[number].sha256)
        return look_of(store.once(key, partial(make, framed[number])))

    shares = {(a, b): matched_share(look(a), look(b)) for a, b in pairs}
    shares |= dict.fromkeys(equal_pairs([each.sha256 for each in framed]), 1.0)
    return copies_of([each.video.video_id for each in framed], shares)


def equal_pairs(digests: Sequence[str]) -> list[Pair]:
    """The pairs of the first video with a digest of frames and each other that has it."""
    first: dict[str, int] = {}
    numbered = [(first.setdefault(each, number), number) for number, each in enumerate(digests)]
    return [(one, other) for one, other in numbered if one != other]


def pairs_alike(videos: Iterable[Thumbnails]) -> list[Pair]:
    """The pairs of `videos` whose frames look alike, those of one backdrop in a row."""
    seen = [(hashes_of(each), patterns_of(each)) for each in videos]
    pairs = pairs_sharing([hashes for hashes, _ in seen])
    return in_clusters([(a, b) for a, b in pairs if look_alike(seen[a][1], seen[b][1])], len(seen))


def in_clusters(pairs: Sequence[Pair], count: int) -> list[Pair]:
    """Pairs of `count` videos in an order in which few videos come again once they are not at hand
    any more: cluster by cluster of those that hang together, large ones in tiles."""
    ends = np.array(pairs, int).reshape(-1, 2).T
    graph = coo_array((np.ones(len(pairs)), (ends[0], ends[1])), shape=(count, count))
    _, cluster = connected_components(graph, directed=False)
    side = AT_HAND // 2
    return sorted(pairs, key=lambda pair: (cluster[pair[0]], *(x // side for x in pair), pair))


def _known(framed: Framed) -> tuple[str, Framed]:
    """Frames are read only where there are no thumbnails for their digest."""
    return framed.sha256, framed


def _make(read: Callable[[Framed], Frames], framed: Framed) -> Thumbnails:
    return take_thumbnails(read(framed))


def copies_of(ids: Sequence[str], shares: Mapping[Pair, float]) -> list[Copy]:
    """The copies among videos, by the shares of pairs that are matched, 0 of those that are none.

    What is like a copy only, and not like the first of its group, is none.
    """
    firsts: dict[int, int] = {}
    for first, number in sorted(pair for pair, share in shares.items() if share):
        if first not in firsts:
            firsts.setdefault(number, first)
    return [
        Copy(ids[number], ids[first], shares[first, number])
        for number, first in sorted(firsts.items())
    ]


def told(copies: Sequence[Copy]) -> str | None:
    """A line that names the first of some copies; None where there are none."""
    if not copies:
        return None
    named = [f"{each.video_id} of {each.copy_of}" for each in copies[:NAMED]]
    more = f" and {len(copies) - NAMED} more" if len(copies) > NAMED else ""
    return (
        f"{len(copies)} of the videos are copies of others ({', '.join(named)}{more}): none is in"
        " the ten of its original, nor on the other side of a fold"
    )
