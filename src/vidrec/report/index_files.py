"""What the stages before have written of the index, read for the page."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from vidrec.detections import copies, masks, tree
from vidrec.metrics.figures import read_figures
from vidrec.recommender.recommendations import read_recommendations
from vidrec.report import draw_filmstrips
from vidrec.report.render_report import Index
from vidrec.settings.render_report import Params
from vidrec.vectors import categories, vectors, weighting
from vidrec.videos import category_names, frames_at_hand, manifest

FILES = (
    ("--detections", "directory of <category>/<video_id>.csv"),
    ("--vectors", "CSV file of the vectors"),
    ("--weighting", "JSON file: how they were weighed"),
    ("--recommendations", "CSV file: video_id,rank,neighbor_id,similarity"),
    ("--copies", "CSV file: video_id,copy_of,share"),
    ("--categories", "CSV file: video_id,category,probability, from the classifier"),
    ("--index-metrics", "JSON file of figures: precision_at_10, map_at_10"),
    ("--classifier-metrics", "JSON file of figures: accuracy"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """Have a stage take the files that `read` reads."""
    frames_at_hand.add_arguments(parser, need_videos=True)
    for name, what in FILES:
        parser.add_argument(name, type=Path, required=True, help=what)


def read(args: Namespace, settings: Params) -> Index:
    """The index that the files in `args` are of, its filmstrips drawn as `settings` say.

    Raises UserError for a file that is missing, or is not what it should be.
    """
    detections, indexed = tree.read_tables(args.detections), vectors.read_vectors(args.vectors)
    return Index(
        vectors=indexed,
        neighbors=read_recommendations(args.recommendations, indexed),
        detections=detections,
        looked_at=masks.read_looked_at(args.detections) or tree.frames_of(detections),
        manifest=manifest.read_manifest(args.videos),
        strips=draw_filmstrips.draw_all(frames_at_hand.of_stage(args), settings),
        weighting=weighting.read_weighting(args.weighting).params,
        guesses=categories.read_categories(args.categories),
        index_metrics=read_figures(args.index_metrics),
        classifier_metrics=read_figures(args.classifier_metrics),
        category_names=category_names.read_category_names(args.videos),
        copies=copies.read_copies(args.copies),
    )
