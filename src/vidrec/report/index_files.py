"""The files that make an index, read for the page."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from vidrec.detections import copies
from vidrec.metrics.figures import read_figures
from vidrec.recommender.group_shares import Grouping
from vidrec.recommender.hubness import read_hubness
from vidrec.recommender.recommendations import read_recommendations
from vidrec.recommender.usual import doubts, looked_through, read_usual
from vidrec.report import draw_filmstrips
from vidrec.report.likeness import likeness
from vidrec.report.moments import follow, groups_that_match, groups_wanted
from vidrec.report.outlines import outlines_of_all
from vidrec.report.render_report import Index, Report
from vidrec.report.video_files import Places, plays
from vidrec.settings.render_report import Params
from vidrec.vectors import categories, vectors, weighting
from vidrec.videos import category_names, frames_at_hand, manifest
from vidrec.vocabulary.groups import read_vocabulary
from vidrec.workflow.files import atomic_directory, write_bytes

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
    wanted = groups_wanted(alike, leading, grouping)
    videos = dict(zip(indexed.videos, wanted, strict=True))
    found = looked_through(args.detections, with_distribution=True)
    seen = follow(found, videos, vocabulary, weighed.min_confidence)
    moments = {
        video: seen[video].moments(led)
        for video, led in zip(indexed.videos, leading, strict=True)
        if video in seen
    }
    usual = read_usual(args.usual, indexed)
    listed = manifest.read_manifest(args.videos)
    strips = draw_filmstrips.draw_all(frames_at_hand.of_stage(args), settings, moments)
    return Index(
        vectors=indexed,
        neighbors=neighbors,
        vocabulary=vocabulary,
        grouping=grouping,
        likeness=alike,
        seen=seen,
        manifest=listed,
        plays=plays(listed, Places(args.page, args.videos)),
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
            video.video_id: doubts(usual, seen[video].confidence, own[0].similarity)
            for video, own in zip(indexed.videos, neighbors, strict=True)
            if video in seen and own
        },
    )


def write(args: Namespace, report: Report) -> None:
    """Write the page, and what lies beside it: nothing where all is in it."""
    with atomic_directory(args.pieces) as folder:
        for name, content in report.pieces.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
    write_bytes(args.page, report.page.encode())
