"""Stage render_report: the whole index as a page, to look at, to ask, and to find its faults."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from vidrec.detections.copies import groups as copy_groups
from vidrec.detections.copies import others
from vidrec.media.status import PARTIAL
from vidrec.recommender.group_shares import Grouping, GroupShare, Shares
from vidrec.recommender.ranking import DEPTH
from vidrec.recommender.recommendations import Ranked
from vidrec.recommender.usual import Doubt
from vidrec.report import overview, page
from vidrec.report.filmstrips import Filmstrip
from vidrec.report.likeness import Likeness
from vidrec.report.moments import Seen
from vidrec.report.outlines import Outline
from vidrec.report.region_names import group_shares, regions
from vidrec.report.video_map import SIDE, draw_map
from vidrec.settings.render_report import Params
from vidrec.settings.weigh_objects import WeightingSettings
from vidrec.vectors.categories import Guess
from vidrec.vectors.vectors import Vectors
from vidrec.vocabulary.groups import SPANISH, Vocabulary
from vidrec.workflow.arrays import FloatArray
from vidrec.workflow.video import Video, pair

# Colours that the style has for categories; their markers differ where colours come again.
HUES = 8

# Groups and labels that a video is found by are this share of it, and so many at most.
LEAST_SHARE, GROUPS_FOUND, LABELS_FOUND = 0.02, 8, 8

# Videos in a piece of a page of many: what is told of them, and their vectors.
TOLD_TOGETHER, VECTORS_TOGETHER = 25, 500

DECIMALS = 4


@dataclass(frozen=True)
class Index:
    """What the stages before have made of the videos; lists in the order of `vectors`.

    `likeness` says what each is of, and what it has in common with its `neighbors`; `seen` when its
    objects show. `plays` has where a video can be played, `guesses` by video id the category that
    the video classifier gives it, where it can give one, and `doubts` what makes it unsure;
    `outlines` has the objects in the frames that are shown, where there are masks.
    `category_names` has the categories that people write in another way, `copies` for a copy of a
    video the one that stands for its group. `hubness` (videos,) is None where it does not count.
    """

    vectors: Vectors
    neighbors: list[list[Ranked]]
    vocabulary: Vocabulary
    grouping: Grouping
    likeness: Likeness
    seen: Mapping[Video, Seen]
    manifest: pd.DataFrame
    plays: Mapping[Video, Mapping[str, str]]
    strips: Mapping[Video, Filmstrip]
    weighting: WeightingSettings
    guesses: Mapping[str, Guess]
    index_metrics: Mapping[str, Any]
    classifier_metrics: Mapping[str, Any]
    category_names: Mapping[str, str] = field(default_factory=dict)
    copies: Mapping[str, str] = field(default_factory=dict)
    hubness: FloatArray | None = None
    doubts: Mapping[str, Sequence[Doubt]] = field(default_factory=dict)
    outlines: Mapping[Video, Mapping[int, Sequence[Outline]]] = field(default_factory=dict)

    def shown(self, category: str) -> str:
        """A category as people write it."""
        return self.category_names.get(category, category)


@dataclass(frozen=True)
class Report:
    """The page, and by their names the pieces beside it, which it loads when they are needed."""

    page: str
    pieces: Mapping[str, bytes]


def render(index: Index, settings: Params) -> Report:
    """The page, with all that it shows in it where the videos are few enough."""
    order = sorted(range(len(index.vectors.videos)), key=index.vectors.videos.__getitem__)
    told = _told_of_all(index, order)
    alone = len(order) <= settings.one_file_up_to
    data = {
        **_of_the_whole(index, order, settings),
        "videos": told if alone else [],
        "values": _values(index.vectors, order) if alone else [],
        "pieces": None if alone else {"told": TOLD_TOGETHER, "vectors": VECTORS_TOGETHER},
    }
    if alone:
        _put_pictures_in(index, order, told)
    pieces = {} if alone else _pieces(index, order, told)
    return Report(page.render("report", data=data, alone=alone), pieces)


def _of_the_whole(index: Index, order: Sequence[int], settings: Params) -> dict[str, Any]:
    """What the page needs at once: of all videos their names, places and objects."""
    vectors, grouping = index.vectors, index.grouping
    names = sorted(set(vectors.categories))
    drawn = draw_map(vectors.values, len(names))
    points = [drawn.points[row] for row in order]
    shares = group_shares(vectors.values[order], grouping.numbers, len(grouping.groups))
    can = overview.possible(vectors, index.neighbors, index.copies)
    place_of = {row: place for place, row in enumerate(order)}
    partial = partial_ones(index.manifest)
    failing = overview.worst(vectors, index.neighbors, can, settings.worst)
    return {
        **_objects(index),
        **_names(index, order, names),
        "categories": [
            {"id": name, "name": index.shown(name), "marker": marker}
            for name, marker in zip(names, drawn.markers, strict=True)
        ],
        "corrected": index.hubness is not None,
        "figures": overview.headlines(index.index_metrics, index.classifier_metrics)
        if any(index.neighbors)
        else {},
        "fps": settings.fps,
        "found": [_found_by(index, row, own) for row, own in zip(order, shares, strict=True)],
        "guessed": bool(index.guesses),
        "hubness": None if index.hubness is None else index.hubness[order].tolist(),
        "hues": HUES,
        "leftOut": [
            {**each, "category": index.shown(each["category"])}
            for each in overview.left_out(index.manifest, vectors, [*index.strips])
        ],
        "mixture": overview.mixture(vectors, index.neighbors, names),
        "partial": {
            place_of[row]: why
            for row, video in enumerate(vectors.videos)
            for why in [partial.get(video)]
            if why is not None
        },
        "places": max(map(len, index.neighbors), default=0) or DEPTH,
        "points": points,
        "possible": [can[row] for row in order],
        "regions": [[each.x, each.y, each.group] for each in regions(points, shares)],
        "side": SIDE,
        "spot": drawn.spot,
        "weighting": asdict(index.weighting),
        "worst": [place_of[row] for row in failing],
    }


def _objects(index: Index) -> dict[str, Any]:
    """The labels, and their groups in two levels, each with its Spanish name where it has one."""
    grouping, vocabulary = index.grouping, index.vocabulary
    parents = sorted({vocabulary.parent(group) for group in grouping.groups} - {""})
    every = [*grouping.labels, *grouping.groups, *parents]
    spanish = {name: vocabulary.shown(name, SPANISH) for name in every}
    return {
        "labels": list(grouping.labels),
        "groupOf": grouping.numbers.tolist(),
        "groups": grouping.groups,
        "parents": parents,
        "parentOf": [
            parents.index(parent) if parent else -1
            for parent in map(vocabulary.parent, grouping.groups)
        ],
        "spanish": {name: other for name, other in spanish.items() if other != name},
        "synonyms": _synonyms(index),
    }


def _synonyms(index: Index) -> dict[str, int]:
    """By the names of labels that the index has not, in both languages, the number of the group
    that they are in: what is asked for by them."""
    grouping, vocabulary = index.grouping, index.vocabulary
    numbers = {group: number for number, group in enumerate(grouping.groups)}
    others = {
        label: numbers[group]
        for label, group in vocabulary.group_of.items()
        if group in numbers and label not in grouping.labels
    }
    spanish = {vocabulary.shown(label, SPANISH): number for label, number in others.items()}
    return {**spanish, **others}


def _names(index: Index, order: Sequence[int], names: Sequence[str]) -> dict[str, Any]:
    """Of each video its id, title, category, how many frames it has, and its group of copies."""
    videos = [index.vectors.videos[row] for row in order]
    wanted = pair(index.manifest["category"], index.manifest["video_id"])
    titles = dict(zip(wanted, index.manifest["title"], strict=True))
    firsts = copy_groups([video.video_id for video in videos], index.copies)
    numbers = {name: number for number, name in enumerate(dict.fromkeys(firsts))}
    return {
        "ids": [video.video_id for video in videos],
        "titles": [titles.get(video) or "" for video in videos],
        "kinds": [names.index(video.category) for video in videos],
        "frames": [_frames(index, video) for video in videos],
        "copies": [numbers[name] for name in firsts] if index.copies else None,
    }


def _frames(index: Index, video: Video) -> int:
    return index.strips[video].frames if video in index.strips else 0


def _found_by(index: Index, row: int, shares: FloatArray) -> list[list[Any]]:
    """The groups that a video is found by, with the share that each is of it, and the labels."""
    values = index.vectors.values[row]
    squares = values**2 / max(float(values @ values), 1e-300)
    groups = [g for g in np.argsort(-shares, kind="stable")[:GROUPS_FOUND] if shares[g] > 0]
    labels = np.argsort(-squares, kind="stable")[:LABELS_FOUND]
    return [
        [[int(g), round(float(shares[g]), 3)] for g in groups if shares[g] >= LEAST_SHARE],
        [int(each) for each in labels if squares[each] >= LEAST_SHARE],
    ]


def _told_of_all(index: Index, order: Sequence[int]) -> list[dict[str, Any]]:
    """What the page says of each video when it is chosen; others by their places here."""
    place_of = {row: place for place, row in enumerate(order)}
    partial = partial_ones(index.manifest)
    videos = index.vectors.videos
    copies = others(index.vectors.ids, index.copies)
    place_by_id = {videos[row].video_id: place_of[row] for row in order}
    return [
        {
            "guess": _guess(index, videos[row]),
            "partial": partial.get(videos[row]),
            "unsure": [asdict(each) for each in index.doubts.get(videos[row].video_id, ())],
            "copies": [place_by_id[each] for each in copies.get(videos[row].video_id, [])],
            "shown": index.strips[videos[row]].shown if videos[row] in index.strips else [],
            "masks": {
                frame: [list(astuple(each)) for each in found]
                for frame, found in index.outlines.get(videos[row], {}).items()
            },
            **index.plays.get(videos[row], {}),
            **_seen(index, row),
            **_shares(index.likeness.objects[row]),
            "neighbors": [
                {
                    "place": place_of[each.row],
                    "similarity": each.similarity,
                    "score": each.score,
                    **_shares(shares),
                    **_moment(index, each.row, shares),
                }
                for each, shares in zip(
                    index.neighbors[row], index.likeness.matches[row], strict=True
                )
            ],
        }
        for row in order
    ]


def partial_ones(manifest: pd.DataFrame) -> dict[Video, str]:
    """What is wrong with each video of which only some decodes."""
    rows = manifest[manifest["status"] == PARTIAL]
    videos = pair(rows["category"], rows["video_id"])
    return dict(zip(videos, rows["error"], strict=True))


def _guess(index: Index, video: Video) -> dict[str, Any] | None:
    """The category that the video classifier gives a video, and how surely; None: not known."""
    guess = index.guesses.get(video.video_id)
    return asdict(replace(guess, name=index.shown(guess.name))) if guess else None


def _seen(index: Index, row: int) -> dict[str, Any]:
    """How many frames were looked at, and per group when it shows: see `Track`."""
    seen = index.seen.get(index.vectors.videos[row], Seen(0, {}))
    numbers = {name: number for number, name in enumerate(index.grouping.groups)}
    return {
        "looked": seen.looked,
        "tracks": {
            numbers[name]: [track.cells, track.first, track.best]
            for name, track in seen.tracks.items()
            if track.best is not None
        },
    }


def _shares(shares: Shares) -> dict[str, Any]:
    return {
        "objects": [_share(each) for each in shares.first],
        "others": [shares.others, round(shares.rest, DECIMALS)],
    }


def _share(found: GroupShare) -> list[Any]:
    labels = [[label, round(share, DECIMALS)] for label, share in found.labels]
    return [found.group, round(found.share, DECIMALS), labels, found.more]


def _moment(index: Index, row: int, shares: Shares) -> dict[str, Any]:
    """Where a neighbour's own frame is that the object that made the match is strongest in.

    As a frame, its place in the strip, and the frames of that: to be shown without its own piece.
    """
    video = index.vectors.videos[row]
    strip, seen = index.strips.get(video), index.seen.get(video)
    if strip is None or seen is None or not shares.first:
        return {"theirs": None}
    track = seen.tracks.get(index.grouping.groups[shares.first[0].group])
    frame = track.best if track and track.best is not None else strip.frames // 2 + 1
    nearest = min(range(len(strip.shown)), key=lambda each: abs(strip.shown[each] - frame))
    return {"theirs": [strip.shown[nearest], nearest, len(strip.shown)]}


def _values(vectors: Vectors, order: Sequence[int]) -> list[tuple[list[int], list[float]]]:
    """Of each video the numbers of its labels, and their values: those that are not 0."""
    rows = ((vectors.values[row], np.flatnonzero(vectors.values[row])) for row in order)
    return [(there.tolist(), values[there].tolist()) for values, there in rows]


def _put_pictures_in(index: Index, order: Sequence[int], told: Iterable[dict[str, Any]]) -> None:
    for row, one in zip(order, told, strict=True):
        strip = index.strips.get(index.vectors.videos[row])
        one["poster"] = page.data_url(strip.poster) if strip else None
        one["strip"] = page.data_url(strip.strip) if strip else None


def _pieces(index: Index, order: Sequence[int], told: Sequence[dict[str, Any]]) -> dict[str, bytes]:
    """The pieces of a page of many videos: pictures by id, what is told and vectors in scripts."""
    pieces = {}
    for row in order:
        video = index.vectors.videos[row]
        strip = index.strips.get(video)
        if strip:
            pieces[f"posters/{video.video_id}.webp"] = strip.poster
            pieces[f"strips/{video.video_id}.webp"] = strip.strip
    values = _values(index.vectors, order)
    for kind, items, size in (
        ("told", told, TOLD_TOGETHER),
        ("vectors", values, VECTORS_TOGETHER),
    ):
        for number, start in enumerate(range(0, len(items), size)):
            pieces[f"{kind}/{number}.js"] = page.piece(kind, number, items[start : start + size])
    return pieces
