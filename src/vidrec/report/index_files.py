"""The files that make an index, read for the page."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vidrec.detections import copies, masks, tree
from vidrec.detections.tree import VideoDetections
from vidrec.metrics.figures import read_figures
from vidrec.recommender.group_shares import Grouping
from vidrec.recommender.hubness import read_hubness
from vidrec.recommender.recommendations import Ranked, read_recommendations
from vidrec.recommender.usual import confidence_of, doubts, read_usual
from vidrec.report import draw_filmstrips
from vidrec.report.likeness import Likeness, likeness
from vidrec.report.moments import Seen, follow, groups_that_match
from vidrec.report.outlines import outlines_of_all
from vidrec.report.render_report import Index, Report
from vidrec.report.video_files import Places, plays
from vidrec.settings.render_report import Params
from vidrec.vectors import categories, vectors, weighting
from vidrec.videos import category_names, frames_at_hand, manifest
from vidrec.vocabulary.groups import Vocabulary, read_vocabulary
from vidrec.workflow.files import atomic_directory, write_bytes
from vidrec.workflow.video import Video

FILES = (
    ("--detections", "directory of <category>/<video_id>.csv"),
    ("--vectors", "CSV file of the vectors"),
    ("--weighting", "JSON file: how they were weighed"),
    ("--recommendations", "CSV file: video_id,rank,neighbor_id,similarity"),
    ("--copies", "CSV file: video_id,copy_of,share"),
    ("--hubness", "JSON file: how near each video is to others"),
    ("--usual", "JSON file: what is usual in the index"),
    ("--categories", "CSV file: video_id,category,probability, from the classifier"),
    ("--index-metrics", "JSON file of figures: precision_at_10, map_at_10"),
    ("--classifier-metrics", "JSON file of figures: accuracy"),
    ("--page", "HTML file to write"),
    ("--pieces", "directory to write: what a page of many videos loads when it is needed"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """Have a stage take the files that `read` reads, and `write` writes."""
    frames_at_hand.add_arguments(parser, need_videos=True)
    for name, what in FILES:
        parser.add_argument(name, type=Path, required=True, help=what)


@dataclass(frozen=True)
class _Found:
    """Which groups matter for each video, when they show, and how surely objects are recognised."""

    seen: dict[Video, Seen]
    moments: dict[Video, list[int]]
    confidence: dict[Video, float]


def read(args: Namespace, settings: Params) -> Index:
    """The index that the files in `args` are of, its filmstrips drawn as `settings` say.

    Raises UserError for a file that is missing, or is not what it should be.
    """
    indexed = vectors.read_vectors(args.vectors)
    neighbors = read_recommendations(args.recommendations, indexed)
    vocabulary = read_vocabulary(Path(settings.groups) if settings.groups else None)
    grouping = Grouping.of(indexed.labels, vocabulary)
    alike = likeness(indexed, neighbors, grouping)
    weighed = weighting.read_weighting(args.weighting).params
    leading = groups_that_match(alike, neighbors, grouping)
    found = _follow(
        args.detections, indexed, grouping, alike, leading, vocabulary, weighed.min_confidence
    )
    usual = read_usual(args.usual, indexed)
    wanted = manifest.read_manifest(args.videos)
    strips = draw_filmstrips.draw_all(frames_at_hand.of_stage(args), settings, found.moments)
    return Index(
        vectors=indexed,
        neighbors=neighbors,
        vocabulary=vocabulary,
        grouping=grouping,
        likeness=alike,
        seen=found.seen,
        manifest=wanted,
        plays=plays(wanted, Places(args.page, args.videos)),
        strips=strips,
        outlines=outlines_of_all(args.detections, strips),
        weighting=weighed,
        guesses=categories.read_categories(args.categories),
        index_metrics=read_figures(args.index_metrics),
        classifier_metrics=read_figures(args.classifier_metrics),
        category_names=category_names.read_category_names(args.videos),
        copies=copies.read_copies(args.copies),
        hubness=read_hubness(args.hubness, indexed),
        doubts={
            video.video_id: doubts(usual, found.confidence.get(video), _best(own))
            for video, own in zip(indexed.videos, neighbors, strict=True)
        },
    )


def _follow(
    detections: Path,
    indexed: vectors.Vectors,
    grouping: Grouping,
    alike: Likeness,
    leading: list[list[str]],
    vocabulary: Vocabulary,
    least: float,
) -> _Found:
    """When the groups show that matter: those that lead a match, and those that a video is of."""
    wanted = {}
    for video, own, led in zip(indexed.videos, alike.objects, leading, strict=True):
        wanted[video] = [*led, *(grouping.groups[each.group] for each in own.first)]
    looked_at = masks.read_looked_at(detections)
    confidence = {}

    def videos() -> Iterator[VideoDetections]:
        for found in tree.read_videos(detections, with_distribution=True):
            each = replace(found, looked_at=looked_at.get(found.video))
            confidence[each.video] = confidence_of(each)
            yield each

    seen = follow(videos(), wanted, vocabulary, least)
    matched = zip(indexed.videos, leading, strict=True)
    moments = {video: seen[video].moments(led) for video, led in matched if video in seen}
    return _Found(seen, moments, confidence)


def _best(found: Sequence[Ranked]) -> float | None:
    return found[0].similarity if found else None


def write(args: Namespace, report: Report) -> None:
    """Write the page, and what lies beside it: nothing where all is in it."""
    with atomic_directory(args.pieces) as folder:
        for name, content in report.pieces.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
    write_bytes(args.page, report.page.encode())
