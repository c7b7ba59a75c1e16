"""Stage render_report: the whole index as one page, to look at and to find its faults."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from vidrec.detections.copies import others
from vidrec.media.status import GOOD, OK, PARTIAL
from vidrec.recommender.ranking import similarity_text
from vidrec.recommender.reasons import Reason, reasons
from vidrec.recommender.recommendations import Ranked
from vidrec.report import page
from vidrec.report.filmstrips import Filmstrip
from vidrec.report.timelines import Timeline, timelines
from vidrec.report.video_map import SIDE, VideoMap, draw_map
from vidrec.settings.render_report import Params
from vidrec.settings.weigh_objects import WeightingSettings
from vidrec.vectors.categories import Guess
from vidrec.vectors.vectors import Vectors
from vidrec.workflow.video import Video, pair

# Colours that the style has for categories; their markers differ where colours come again.
HUES = 8

OBJECTS_SHOWN = 10
REASONS_SHOWN = 4
DECIMALS = 4

# The metrics on the page: key, name, and what it is the share of.
INDEX_HEADLINES = (
    ("precision_at_10", "Precision at 10", "recommended videos that are of the same category"),
    ("map_at_10", "Mean average precision", "the same, where the first places count more"),
)
CLASSIFIER_HEADLINES = (
    ("accuracy", "Category accuracy", "categories that the classifier names right from the vector"),
)


@dataclass(frozen=True)
class Index:
    """What the stages before have made of the videos; `neighbors` in the order of `vectors`.

    `looked_at` has the frames that the detector has looked at, where not at each. `guesses` has by
    video id the category that the video classifier gives it, where it can give one.
    `category_names` has the categories that people write in another way, `copies` for a copy of a
    video the one that stands for its group.
    """

    vectors: Vectors
    neighbors: list[list[Ranked]]
    detections: Mapping[Video, pd.DataFrame]
    looked_at: Mapping[Video, Sequence[int]]
    manifest: pd.DataFrame
    strips: Mapping[Video, Filmstrip]
    weighting: WeightingSettings
    guesses: Mapping[str, Guess]
    index_metrics: Mapping[str, Any]
    classifier_metrics: Mapping[str, Any]
    category_names: Mapping[str, str] = field(default_factory=dict)
    copies: Mapping[str, str] = field(default_factory=dict)

    def shown(self, category: str) -> str:
        """A category as people write it."""
        return self.category_names.get(category, category)


def render(index: Index, settings: Params) -> str:
    """The page: HTML that needs no other file."""
    names = sorted(set(index.vectors.categories))
    drawn = draw_map(index.vectors.values, len(names))
    videos = describe_all(index, names)
    return page.render(
        "report",
        categories=[
            {"name": index.shown(name), "hue": number % HUES, "marker": marker}
            for number, (name, marker) in enumerate(zip(names, drawn.markers, strict=True))
        ],
        data={
            "categories": [index.shown(name) for name in names],
            "fps": settings.fps,
            "hues": HUES,
            "videos": [_for_script(video) for video in videos],
        },
        corrected=_is_corrected(index),
        guessed=bool(index.guesses),
        headlines=headlines(index),
        left_out=left_out(index),
        mixture=category_mixture(index, names),
        points=_points(drawn, videos),
        side=SIDE,
        spot=drawn.spot,
        videos=videos,
        weighting=index.weighting,
        worst=worst(videos, settings.worst),
    )


def describe_all(index: Index, names: Sequence[str]) -> list[dict[str, Any]]:
    """What the page says of each video, by category, then id; neighbours by their place here."""
    videos = index.vectors.videos
    order = sorted(range(len(videos)), key=videos.__getitem__)
    place_of = {row: place for place, row in enumerate(order)}
    wanted = pair(index.manifest["category"], index.manifest["video_id"])
    titles = dict(zip(wanted, index.manifest["title"], strict=True))
    named = {video.video_id: titles.get(video) or video.video_id for video in videos}
    copies = others(index.vectors.ids, index.copies)
    partial = partial_ones(index.manifest)
    return [
        {
            "place": place,
            "row": row,
            "id": videos[row].video_id,
            "title": named[videos[row].video_id],
            "category": names.index(videos[row].category),
            "guess": _guess(index, videos[row]),
            "partial": partial.get(videos[row]),
            "copies": [named[each] for each in copies.get(videos[row].video_id, [])],
            **_pictures(index.strips.get(videos[row])),
            **_objects(index, row),
            **_likeness(index, row, place_of),
        }
        for place, row in enumerate(order)
    ]


def _is_corrected(index: Index) -> bool:
    """Whether the ranks are by something else than the similarity."""
    return any(item.score != item.similarity for items in index.neighbors for item in items)


def partial_ones(manifest: pd.DataFrame) -> dict[Video, str]:
    """What is wrong with each video of which only some decodes."""
    rows = manifest[manifest["status"] == PARTIAL]
    videos = pair(rows["category"], rows["video_id"])
    return dict(zip(videos, rows["error"], strict=True))


def _guess(index: Index, video: Video) -> dict[str, Any] | None:
    """The category that the video classifier gives a video, and how surely; None: not known."""
    guess = index.guesses.get(video.video_id)
    return asdict(replace(guess, name=index.shown(guess.name))) if guess else None


def _pictures(strip: Filmstrip | None) -> dict[str, Any]:
    """How many frames a video has, and those that are shown of it, if it has any."""
    if strip is None:
        return {"frames": 0, "shown": [], "poster": None, "strip": None}
    return {
        "frames": strip.frames,
        "shown": strip.shown,
        "poster": strip.poster,
        "strip": page.data_url(strip.strip),
    }


def _objects(index: Index, row: int) -> dict[str, Any]:
    """The most important objects of a video, when they are seen, and how many there are beside.

    `looked` is the number of frames that they were looked for in.
    """
    looked_at = _looked_at(index, index.vectors.videos[row])
    seen = timelines(_counted(index, index.vectors.videos[row]), looked_at)
    importance = index.vectors.values[row]
    amounts = {index.vectors.labels[i]: float(importance[i]) for i in np.flatnonzero(importance)}
    tracks = {timeline.label: timeline for timeline in seen}
    every = sorted({*amounts, *tracks}, key=lambda label: (-amounts.get(label, 0.0), label))
    shown = [_object(label, amounts.get(label, 0.0), tracks) for label in every[:OBJECTS_SHOWN]]
    return {
        "looked": len(looked_at),
        "objects": shown,
        "more_objects": len(every) - len(shown),
    }


def _looked_at(index: Index, video: Video) -> Sequence[int]:
    """The frames that the detector has looked at: all, unless it has said which."""
    strip = index.strips.get(video)
    return index.looked_at.get(video, range(1, strip.frames + 1 if strip else 1))


def _counted(index: Index, video: Video) -> pd.DataFrame:
    """The detections of a video that its vector counts."""
    table = index.detections.get(video, pd.DataFrame(columns=["frame", "label", "confidence"]))
    return table[table["confidence"] >= index.weighting.min_confidence]


def _object(label: str, importance: float, tracks: Mapping[str, Timeline]) -> dict[str, Any]:
    found = {"label": label, "importance": round(importance, DECIMALS)}
    if label in tracks:
        track = tracks[label]
        found |= {"cells": track.cells, "seen": track.seen}
        found |= {"first": track.first, "last": track.last}
    return found


def _likeness(index: Index, row: int, place_of: Mapping[int, int]) -> dict[str, Any]:
    """The neighbours of a video, and the other category that most of them have."""
    videos = index.vectors.videos
    own = videos[row].category
    counts = Counter(videos[item.row].category for item in index.neighbors[row])
    others = sorted((-count, name) for name, count in counts.items() if name != own)
    return {
        "hits": counts[own],
        "mistaken": (index.shown(others[0][1]), -others[0][0]) if others else None,
        "neighbors": [
            {
                "place": place_of[item.row],
                "similarity": round(item.similarity, DECIMALS),
                "text": similarity_text(item.similarity),
                **_why(index.vectors, row, item.row),
            }
            for item in index.neighbors[row]
        ],
    }


def _why(vectors: Vectors, row: int, other: int) -> dict[str, Any]:
    """The first reasons why two videos are alike, and whether there are more."""
    values = vectors.values
    found = reasons(vectors.labels, values[row], values[other], REASONS_SHOWN + 1)
    return {
        "reasons": [_reason(each) for each in found[:REASONS_SHOWN]],
        "more": len(found) > REASONS_SHOWN,
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {"label": reason.label, "share": round(reason.share, DECIMALS)}


def _for_script(video: Mapping[str, Any]) -> dict[str, Any]:
    """What the script needs of a video; its poster it takes from the grid."""
    return {key: video[key] for key in video if key not in ("poster", "row", "mistaken", "place")}


def _points(drawn: VideoMap, videos: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    points = (drawn.points[video["row"]] for video in videos)
    return [{"x": x, "y": y, **video} for (x, y), video in zip(points, videos, strict=True)]


def worst(videos: Sequence[Mapping[str, Any]], count: int) -> list[Mapping[str, Any]]:
    """The `count` videos with the smallest share of neighbours of their own category.

    Of equals first the one that is surest of its neighbours; then by id. Videos that have no
    neighbour of another category are not among them.
    """
    failing = [video for video in videos if video["hits"] < len(video["neighbors"])]
    return sorted(failing, key=_failure)[:count]


def _failure(video: Mapping[str, Any]) -> tuple[float, float, str]:
    similarity = [neighbor["similarity"] for neighbor in video["neighbors"]]
    return video["hits"] / len(similarity), -float(np.mean(similarity)), str(video["id"])


def category_mixture(index: Index, names: Sequence[str]) -> list[dict[str, Any]]:
    """Per category its videos, and the share of their neighbours that each category has."""
    categories = index.vectors.categories
    counts = {name: Counter[str]() for name in names}
    for category, found in zip(categories, index.neighbors, strict=True):
        counts[category].update(categories[item.row] for item in found)
    sizes = Counter(categories)
    return [
        {
            "videos": sizes[name],
            "shares": [counts[name][other] / (counts[name].total() or 1) for other in names],
        }
        for name in names
    ]


def headlines(index: Index) -> list[dict[str, Any]]:
    """The metrics to head the page with, those that are there: of no neighbour there are none."""
    index_metrics = index.index_metrics if any(index.neighbors) else {}
    return [
        {"name": name, "of": of, "value": metrics[key]}
        for metrics, wanted in (
            (index_metrics, INDEX_HEADLINES),
            (index.classifier_metrics, CLASSIFIER_HEADLINES),
        )
        for key, name, of in wanted
        if _is_share(metrics.get(key))
    ]


def _is_share(value: object) -> bool:
    """Whether a value of a metrics file is a figure: one that is not known is null there."""
    return isinstance(value, int | float) and 0 <= value <= 1


def left_out(index: Index) -> list[dict[str, str]]:
    """The videos of the manifest that have no vector, and why."""
    known = set(index.vectors.ids)
    rows = index.manifest.sort_values(["video_id", "category"])
    columns = (rows[name] for name in ("category", "video_id", "status", "error"))
    return [
        {
            "video_id": name,
            "category": index.shown(category),
            "why": _why_not(status, error, has_frames=Video(category, name) in index.strips),
        }
        for category, name, status, error in zip(*columns, strict=True)
        if name not in known
    ]


def _why_not(status: str, error: str, *, has_frames: bool) -> str:
    """Why a video has no vector: what the manifest says, or that it promises more than there is."""
    said = f"{status}: {error}" if error else status
    if status not in GOOD:
        return said
    missing = "it has frames, but no vector" if has_frames else "it gives no frames"
    return missing if status == OK else f"{missing}; {said}"
