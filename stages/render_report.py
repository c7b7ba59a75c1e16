"""Write one page that shows all videos, what is found in them, and what they recommend."""

from pathlib import Path

from vidrec.detections import copies, masks, tree
from vidrec.metrics.figures import read_figures
from vidrec.recommender.recommendations import read_recommendations
from vidrec.report import draw_filmstrips, render_report
from vidrec.settings.render_report import Params
from vidrec.vectors import categories, vectors, weighting
from vidrec.videos import category_names, frames_at_hand, manifest
from vidrec.workflow import files, params, script


def main() -> None:
    parser = script.parser(__doc__)
    frames_at_hand.add_arguments(parser, need_videos=True)
    for name, what in (
        ("--detections", "directory of <category>/<video_id>.csv"),
        ("--vectors", "CSV file of the vectors"),
        ("--weighting", "JSON file: how they were weighed"),
        ("--recommendations", "CSV file: video_id,rank,neighbor_id,similarity"),
        ("--copies", "CSV file: video_id,copy_of,share"),
        ("--categories", "CSV file: video_id,category,probability, from the classifier"),
        ("--index-metrics", "JSON file of figures: precision_at_10, map_at_10"),
        ("--classifier-metrics", "JSON file of figures: accuracy"),
        ("--page", "HTML file to write"),
    ):
        parser.add_argument(name, type=Path, required=True, help=what)
    args = parser.parse_args()
    settings = params.load(Params, args.params)
    with script.lock("render_report"):
        detections, indexed = tree.read_tables(args.detections), vectors.read_vectors(args.vectors)
        index = render_report.Index(
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
        files.write_bytes(args.page, render_report.render(index, settings).encode())


if __name__ == "__main__":
    script.run(main, resumes=True)
