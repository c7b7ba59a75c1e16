"""Write one page that shows all videos, what is found in them, and what they recommend."""

from pathlib import Path

from vidrec.detections.tree import read_videos
from vidrec.report import render_report
from vidrec.report.filmstrips import make_all
from vidrec.report.timelines import read_looked_at
from vidrec.vectors.vectors import read_vectors
from vidrec.vectors.weighting import read_weighting
from vidrec.videos.manifest import read_manifest
from vidrec.workflow import params, script
from vidrec.workflow.files import read_json, write_bytes


def main() -> None:
    parser = script.parser(__doc__)
    for name, what in (
        ("--videos", "directory of the videos, with manifest.csv"),
        ("--frames", "directory of <category>/<video_id>/<n>.jpg"),
        ("--detections", "directory of <category>/<video_id>.csv"),
        ("--vectors", "CSV file of the vectors"),
        ("--weighting", "JSON file: how they were weighed"),
        ("--recommendations", "CSV file: video_id,rank,neighbor_id,similarity"),
        ("--page", "HTML file to write"),
    ):
        parser.add_argument(name, type=Path, required=True, help=what)
    parser.add_argument("--metrics", type=Path, nargs="*", default=[], help="JSON files of figures")
    args = parser.parse_args()

    settings = params.load(render_report.Params, args.params)
    vectors = read_vectors(args.vectors)
    found = read_videos(args.detections, with_distribution=False)
    index = render_report.Index(
        vectors=vectors,
        neighbors=render_report.read_neighbors(args.recommendations, vectors),
        detections={each.video.video_id: each.table for each in found},
        looked_at=read_looked_at(args.detections),
        manifest=read_manifest(args.videos),
        strips=make_all(args.frames, settings.look()),
        weighting=read_weighting(args.weighting).params,
        metrics={key: value for path in args.metrics for key, value in read_json(path).items()},
    )
    write_bytes(args.page, render_report.render(index, settings).encode())


if __name__ == "__main__":
    script.run(main)
