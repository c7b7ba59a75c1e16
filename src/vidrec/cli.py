"""The command line: `vidrec classify`, `segment`, `recommend`, `discover`.

Each command imports what it needs when it runs: naming the neighbours of a video in the index
must not wait for torch.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from vidrec import params, stage
from vidrec.errors import UserError


def main() -> None:
    """Entry point of the console script."""
    args = _parser().parse_args()
    command: Callable[[argparse.Namespace], None] = args.command
    stage.run(lambda: _print_all(command, args))


def _print_all(command: Callable[[argparse.Namespace], None], args: argparse.Namespace) -> None:
    try:
        command(args)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads the output stopped early (`| head`); Python would complain once more when
        # it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    made = stage.parser("Content-based video recommender. Run it from the top of the project.")
    commands = made.add_subparsers(required=True, metavar="COMMAND")
    classify = commands.add_parser("classify", help="the class of each frame in a directory, CSV")
    classify.add_argument("directory", type=Path, metavar="DIR", help="holds 1.jpg, 2.jpg, …")
    classify.set_defaults(command=run_classify)
    segment = commands.add_parser("segment", help="the objects in each frame, with areas, CSV")
    segment.add_argument("directory", type=Path, metavar="DIR", help="holds 1.jpg, 2.jpg, …")
    segment.set_defaults(command=run_segment)
    _add_recommend(commands.add_parser("recommend", help="the most similar videos, with reasons"))
    _add_discover(commands.add_parser("discover", help="search YouTube, write the manifest of ids"))
    return made


def _add_recommend(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "video",
        metavar="VIDEO",
        help="an id in the index, a video file, a directory of frames, or a URL",
    )
    command.add_argument("-k", type=_positive, default=10, help="how many (default 10)")
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(command=run_recommend)


def _add_discover(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "queries", nargs="+", metavar="CATEGORY=QUERY", help='such as pets="cat playing"'
    )
    command.add_argument("--per-category", type=_positive, default=100, help="videos wanted")
    command.add_argument("--reserves", type=int, default=30, help="ids to replace lost ones")
    command.set_defaults(command=run_discover)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 1 or more")
    return int(text)


def run_classify(args: argparse.Namespace) -> None:
    """Print `frame,label,confidence` for a directory of frames."""
    from vidrec import classify_frames
    from vidrec.frame_classifier import classify_directory
    from vidrec.query import CLASSIFIER

    settings = params.load(classify_frames.Params, args.params)
    classifier = classify_frames.load_classifier(CLASSIFIER, settings)
    classify_directory(args.directory, classifier).to_csv(
        sys.stdout, index=False, lineterminator="\n"
    )


def run_segment(args: argparse.Namespace) -> None:
    """Print `frame,label,confidence,area_pct` for a directory of frames, every frame of it."""
    from vidrec import segment_objects
    from vidrec.object_segmenter import segment_directory
    from vidrec.query import SEGMENTER

    settings = params.load(segment_objects.Params, args.params)
    segmenter = segment_objects.load_segmenter(SEGMENTER, settings.settings())
    found = segment_directory(args.directory, segmenter, settings.frame_fps, settings.frame_fps)
    found.table.to_csv(sys.stdout, index=False, lineterminator="\n")


def run_recommend(args: argparse.Namespace) -> None:
    """Print the most similar videos as a table or as JSON."""
    from vidrec import query
    from vidrec.recommend import to_dict

    neighbors = query.neighbors_of(args.video, args.k, args.params)
    if args.json:
        print(json.dumps(to_dict(args.video, neighbors), ensure_ascii=False, indent=2))
    else:
        print(query.as_text(args.video, neighbors))


def run_discover(args: argparse.Namespace) -> None:
    """Search YouTube for each category and write the manifest of ids to commit."""
    from vidrec import discover, download_videos

    queries = dict(_category_query(text) for text in args.queries)
    manifest = Path(params.load(download_videos.Params, args.params).youtube_manifest)
    found = discover.discover(queries, args.per_category, args.reserves)
    discover.write_manifest(manifest, found)
    print(f"{len(found)} ids in {manifest}: look through them, then commit the file")


def _category_query(text: str) -> tuple[str, str]:
    category, separator, query = text.partition("=")
    if not separator or not category or not query:
        raise UserError(f"{text!r} is not CATEGORY=QUERY: write for example pets='cat playing'")
    return category, query
