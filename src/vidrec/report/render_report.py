"""Stage render_report: the whole index as one page, to look at and to find its faults."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from vidrec.recommender.reasons import Reason, reasons
from vidrec.recommender.similarity import DEPTH
from vidrec.report import page
from vidrec.report.filmstrips import Filmstrip, Look
from vidrec.report.timelines import Timeline, timelines
from vidrec.report.video_map import SIDE, VideoMap, draw_map
from vidrec.vectors.vectors import Vectors
from vidrec.vectors.weigh_objects import Params as WeighParams
from vidrec.workflow.errors import UserError
from vidrec.workflow.params import param
from vidrec.workflow.tables import check_numbers, read_table

# Colours that the style has for categories; their markers differ where colours come again.
HUES = 8

OBJECTS_SHOWN = 10
REASONS_SHOWN = 4
DECIMALS = 4

# The metrics on the page: key, name, and what it is the share of.
HEADLINES = (
    ("precision_at_10", "Precision at 10", "recommended videos that are of the same category"),
    ("map_at_10", "Mean average precision", "the same, where the first places count more"),
    ("accuracy", "Category accuracy", "categories that are right when read off the vector"),
)


@dataclass(frozen=True)
class Params:
    """See `render_report` in params.yaml; sizes are pixels per side."""

    fps: int = param(name="extract_frames.fps", low=1, high=60)
    strip_frames: int = param(low=1, high=32)
    strip_size: int = param(low=16, high=512)
    poster_size: int = param(low=16, high=512)
    quality: int = param(low=1, high=100)
    worst: int = param(low=0)

    def look(self) -> Look:
        """The part that concerns the pictures."""
        return Look(self.strip_frames, self.strip_size, self.poster_size, self.quality)


@dataclass(frozen=True)
class Neighbor:
    """A recommended video: its row among the vectors, and why it is there."""

    row: int
    similarity: float
    reasons: list[Reason]


@dataclass(frozen=True)
class Index:
    """What the stages before have made of the videos; by video id, where not in vectors' order.

    `looked_at` has the frames that the detector has looked at, where not at each.
    """

    vectors: Vectors
    neighbors: list[list[Neighbor]]
    detections: Mapping[str, pd.DataFrame]
    looked_at: Mapping[str, Sequence[int]]
    manifest: pd.DataFrame
    strips: Mapping[tuple[str, str], Filmstrip]
    weighting: WeighParams
    metrics: Mapping[str, Any]


def read_neighbors(path: Path, vectors: Vectors) -> list[list[Neighbor]]:
    """The first ten neighbours of each video in a table of recommendations, with the reasons.

    Raises UserError where a value is not allowed, or a video is not one of `vectors`.
    """
    table = read_table(path, ["video_id", "rank", "neighbor_id", "similarity"])
    check_numbers(path, table, "rank", 1, float("inf"))
    check_numbers(path, table, "similarity", -1, 1)
    table = table.astype({"rank": "float64", "similarity": "float64"})
    rows = {video_id: row for row, video_id in enumerate(vectors.ids)}
    for column in ("video_id", "neighbor_id"):
        unknown = table[column][~table[column].isin(list(rows))]
        if len(unknown):
            raise UserError(
                f"{path} names the video {unknown.iloc[0]!r}, which has no vector: they are of"
                " different runs, make them again (`dvc repro`)"
            )
    first = table[table["rank"] <= DEPTH].sort_values("rank", kind="stable")
    found: list[list[Neighbor]] = [[] for _ in vectors.ids]
    columns = (first[name] for name in ("video_id", "neighbor_id", "similarity"))
    for video_id, neighbor_id, similarity in zip(*columns, strict=True):
        me, other = rows[video_id], rows[neighbor_id]
        why = reasons(vectors.labels, vectors.values[me], vectors.values[other])
        found[me].append(Neighbor(other, similarity, why))
    return found


def render(index: Index, settings: Params) -> str:
    """The page: HTML that needs no other file."""
    names = sorted(set(index.vectors.categories))
    drawn = draw_map(index.vectors.values, len(names))
    videos = describe_all(index, names)
    return page.render(
        "report",
        categories=[
            {"name": name, "hue": number % HUES, "marker": marker}
            for number, (name, marker) in enumerate(zip(names, drawn.markers, strict=True))
        ],
        data={
            "categories": names,
            "fps": settings.fps,
            "hues": HUES,
            "videos": [_for_script(video) for video in videos],
        },
        headlines=headlines(index.metrics),
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
    keys = list(zip(index.vectors.categories, index.vectors.ids, strict=True))
    order = sorted(range(len(keys)), key=keys.__getitem__)
    place_of = {row: place for place, row in enumerate(order)}
    titles = dict(zip(index.manifest["video_id"], index.manifest["title"], strict=True))
    described = []
    for place, row in enumerate(order):
        category, video_id = keys[row]
        strip = index.strips.get(keys[row])
        frames = strip.frames if strip else 0
        looked_at = index.looked_at.get(video_id, range(1, frames + 1))
        seen = timelines(_counted(index, video_id), looked_at)
        described.append(
            {
                "place": place,
                "row": row,
                "id": video_id,
                "title": titles.get(video_id) or video_id,
                "category": names.index(category),
                "frames": frames,
                "looked": len(looked_at),
                "shown": strip.shown if strip else [],
                "poster": strip.poster if strip else None,
                "strip": page.data_url(strip.strip) if strip else None,
                **_objects(index.vectors, row, seen),
                **_likeness(index, row, place_of),
            }
        )
    return described


def _counted(index: Index, video_id: str) -> pd.DataFrame:
    """The detections of a video that its vector counts."""
    table = index.detections.get(video_id, pd.DataFrame(columns=["frame", "label", "confidence"]))
    return table[table["confidence"] >= index.weighting.min_confidence]


def _objects(vectors: Vectors, row: int, seen: Sequence[Timeline]) -> dict[str, Any]:
    """The most important objects of a video, when they are seen, and how many there are beside."""
    importance = vectors.values[row]
    amounts = {vectors.labels[i]: float(importance[i]) for i in np.flatnonzero(importance)}
    tracks = {timeline.label: timeline for timeline in seen}
    every = sorted({*amounts, *tracks}, key=lambda label: (-amounts.get(label, 0.0), label))
    shown = [_object(label, amounts.get(label, 0.0), tracks) for label in every[:OBJECTS_SHOWN]]
    return {"objects": shown, "more_objects": len(every) - len(shown)}


def _object(label: str, importance: float, tracks: Mapping[str, Timeline]) -> dict[str, Any]:
    found = {"label": label, "importance": round(importance, DECIMALS)}
    if label in tracks:
        track = tracks[label]
        found |= {"cells": track.cells, "seen": track.seen}
        found |= {"first": track.first, "last": track.last}
    return found


def _likeness(index: Index, row: int, place_of: Mapping[int, int]) -> dict[str, Any]:
    """The neighbours of a video, and the other category that most of them have."""
    own = index.vectors.categories[row]
    counts = Counter(index.vectors.categories[item.row] for item in index.neighbors[row])
    others = sorted((-count, name) for name, count in counts.items() if name != own)
    return {
        "hits": counts[own],
        "mistaken": (others[0][1], -others[0][0]) if others else None,
        "neighbors": [
            {
                "place": place_of[item.row],
                "similarity": round(item.similarity, DECIMALS),
                "reasons": [
                    {"label": reason.label, "share": round(reason.share, DECIMALS)}
                    for reason in item.reasons[:REASONS_SHOWN]
                ],
                "more": len(item.reasons) > REASONS_SHOWN,
            }
            for item in index.neighbors[row]
        ],
    }


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
    counts = {name: Counter[str]() for name in names}
    for category, found in zip(index.vectors.categories, index.neighbors, strict=True):
        counts[category].update(index.vectors.categories[item.row] for item in found)
    sizes = Counter(index.vectors.categories)
    return [
        {
            "videos": sizes[name],
            "shares": [counts[name][other] / (counts[name].total() or 1) for other in names],
        }
        for name in names
    ]


def headlines(metrics: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The metrics to head the page with, those that are there."""
    return [
        {"name": name, "of": of, "value": metrics[key]}
        for key, name, of in HEADLINES
        if isinstance(metrics.get(key), int | float)
    ]


def left_out(index: Index) -> list[dict[str, str]]:
    """The videos of the manifest that have no vector, with their status."""
    known = set(index.vectors.ids)
    columns = ["video_id", "category", "status"]
    rows = index.manifest[columns].sort_values(columns).to_dict("records")
    return [
        {str(key): str(value) for key, value in row.items()}
        for row in rows
        if row["video_id"] not in known
    ]
