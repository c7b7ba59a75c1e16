"""The command line, `vidrec COMMAND`; `vidrec --help` lists the commands.

Each command imports what it needs when it runs: naming the neighbours of a video in the index
must not wait for torch.
"""

import argparse
import contextlib
import gc
import json
import os
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from vidrec.project import PARAMS, ProjectPaths, find_root, shortest
from vidrec.workflow import params, script
from vidrec.workflow.errors import readable, say, tell
from vidrec.workflow.files import atomic_path
from vidrec.workflow.script import not_negative, positive

if TYPE_CHECKING:
    import pandas as pd

# Objects made between two garbage collections: loading torch makes millions, all of them kept.
COLLECT_AFTER = 100_000


def console() -> NoReturn:
    """Entry point of the console script: `main`, and then an end without delay.

    To take torch down object by object takes two seconds; the system frees all of it at once. But
    worker processes must be told that it ends, or they complain of what they have left open.
    """
    gc.set_threshold(COLLECT_AFTER)
    try:
        main()
    except SystemExit as ended:
        # What cannot be written by now has been told of already.
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        if "joblib" in sys.modules:
            raise
        os._exit(int(ended.code or 0))


def main() -> NoReturn:
    """Run the command that the arguments name, and exit with its status."""
    args = _parser().parse_args()
    command: Callable[[argparse.Namespace], None] = args.command
    script.run(lambda: _print_all(command, args))


def _print_all(command: Callable[[argparse.Namespace], None], args: argparse.Namespace) -> None:
    """Run `command` in the project that the current directory lies in: `args.root`."""
    try:
        args.root = shortest(find_root(Path()))
        args.params = args.params or args.root / PARAMS
        command(args)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads the output stopped early (`| head`); Python would complain once more when
        # it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    made = script.parser("Content-based video recommender. It works in any folder of a project.")
    made.set_defaults(params=None)
    commands = made.add_subparsers(required=True, metavar="COMMAND")
    classify = commands.add_parser("classify", help="the class of each frame in a directory, CSV")
    classify.add_argument("directory", type=Path, metavar="DIR", help="holds 1.jpg, 2.jpg, …")
    classify.set_defaults(command=run_classify)
    segment = commands.add_parser("segment", help="the objects in each frame, with areas, CSV")
    segment.add_argument("directory", type=Path, metavar="DIR", help="holds 1.jpg, 2.jpg, …")
    segment.set_defaults(command=run_segment)
    _add_recommend(commands.add_parser("recommend", help="the most similar videos, with reasons"))
    _add_inspect(commands.add_parser("inspect", help="a picture of what was found in the frames"))
    _add_use(commands.add_parser("use", help="choose the videos, and the weights"))
    _add_add(commands.add_parser("add", help="put a video into the source that params.yaml names"))
    _add_remove(commands.add_parser("remove", help="take a video out of that source, or undo it"))
    scan = commands.add_parser("scan", help="bring the list of own videos up to date")
    scan.set_defaults(command=run_scan)
    listed = commands.add_parser("list", help="the videos: indexed, waiting, failed and why")
    listed.set_defaults(command=run_list)
    _add_status(commands.add_parser("status", help="where all is from; what is stale; the runs"))
    _add_prune(commands.add_parser("prune", help="remove finished work that is long unused"))
    check = commands.add_parser("check", help="all that is wrong with params.yaml, at once")
    check.set_defaults(command=run_check)
    _add_discover(commands.add_parser("discover", help="search YouTube, write the manifest of ids"))
    return made


ANY_VIDEO = "an id in the index, a video file, a directory of frames, or a URL"


# What `vidrec recommend` asks for, each word of it for an object or a category.
WORDS = (
    ("--objects", "OBJECT", "objects that are asked for, alone or beside videos: 'dog, guitar'"),
    ("--without", "OBJECT", "what counts not at all"),
    ("--less", "OBJECT", "what counts half"),
    ("--more", "OBJECT", "what counts double"),
    ("--category", "C", "only videos of this category, or of any that are named"),
    ("--not-in-category", "C", "no video of this category"),
)


def _add_recommend(command: argparse.ArgumentParser) -> None:
    several = f"{ANY_VIDEO}; of several, what is near to all"
    command.add_argument("videos", metavar="VIDEO", nargs="*", help=several)
    command.add_argument("-k", type=positive, default=10, help="how many (default 10)")
    for name, word, what in WORDS:
        command.add_argument(name, metavar=word, action="append", default=[], help=what)
    command.add_argument("--diverse", action="store_true", help="no two that are much alike")
    command.add_argument("--json", action="store_true", help="print JSON")
    command.add_argument(
        "--output", type=Path, metavar="FILE", help="write the list, .csv or .m3u, instead"
    )
    command.add_argument(
        "--lang", choices=("en", "es"), help="of names and words (default: the locale's)"
    )
    command.set_defaults(command=run_recommend, misused=command.error)


def _add_inspect(command: argparse.ArgumentParser) -> None:
    command.add_argument("video", metavar="VIDEO", help=ANY_VIDEO)
    command.add_argument(
        "--output", type=Path, metavar="FILE.png", help="default: <id>_sheet.png, in this directory"
    )
    command.set_defaults(command=run_inspect)


def _add_add(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "video", metavar="VIDEO", help="a file; for the source youtube an id or the URL of its page"
    )
    command.add_argument("--category", required=True, metavar="C", help="the name of its folder")
    command.set_defaults(command=run_add)


def _add_use(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "source",
        metavar="DIR|youtube|sample",
        help="a directory of videos, or these words",
    )
    command.add_argument(
        "--weights", action="append", default=[], metavar="torchvision|FILE",
        help="official weights, or a state dict; twice for a classifier and a segmenter",
    )  # fmt: skip
    command.add_argument("--arch", default="", help="torchvision's name, where it is not found")
    command.set_defaults(command=run_use)


def _add_remove(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "video", metavar="VIDEO", help="an id or a title; before a leading - write --"
    )
    command.add_argument("--undo", action="store_true", help="put it back")
    command.set_defaults(command=run_remove)


def _add_status(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--run", action="store_true", help="how the last run went of each stage that takes long"
    )
    command.set_defaults(command=run_status)


def _add_prune(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--days", type=not_negative, metavar="N", help="what is unused for longer goes (default 30)"
    )
    command.add_argument(
        "--gb", type=not_negative, metavar="N", help="the rest that is kept at most (default 20)"
    )
    command.set_defaults(command=run_prune)


def _add_discover(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "sources", nargs="+", metavar="CATEGORY=SOURCE",
        help='words to search for, such as pets="cat playing", or the URL of a playlist or channel;'
        " more than one for a category are taken in turn",
    )  # fmt: skip
    command.add_argument(
        "--per-category", type=positive, metavar="N",
        help="videos wanted (default: download_videos.youtube_videos_per_category)",
    )  # fmt: skip
    command.add_argument(
        "--reserves", type=not_negative, metavar="N",
        help="ids to replace lost ones (default: 30%% of the videos wanted)",
    )  # fmt: skip
    command.add_argument(
        "--replace", action="store_true", help="start these categories anew; else ids are added"
    )
    command.set_defaults(command=run_discover)


def run_classify(args: argparse.Namespace) -> None:
    """Print `frame,label,confidence` for a directory of frames."""
    from vidrec.api import Project

    _print_csv(Project(args.root, params=args.params).classify(args.directory))


def run_segment(args: argparse.Namespace) -> None:
    """Print `frame,label,confidence,area_pct` for a directory of frames, every frame of it."""
    from vidrec.api import Project

    _print_csv(Project(args.root, params=args.params).segment(args.directory))


def _print_csv(table: "pd.DataFrame") -> None:
    from vidrec.workflow.tables import as_csv

    text = as_csv(table)
    if sys.stdout.isatty():
        _print_lines(text.splitlines())
    else:
        sys.stdout.write(text)


def run_recommend(args: argparse.Namespace) -> None:
    """Print the most similar videos as a table or as JSON, or write them to a file."""
    from vidrec.api import Project
    from vidrec.commands import saved_list, terminal
    from vidrec.commands.answer_texts import language_of
    from vidrec.commands.neighbor_table import WITH_LABELS, head, names_of, table_of
    from vidrec.commands.neighbors import to_dict
    from vidrec.commands.output_path import check_output
    from vidrec.commands.question import Question

    if not (args.videos or args.objects):
        args.misused("name a video, or objects: --objects dog")
    if args.json and args.output:
        args.misused("--json prints, --output writes: leave one")
    check_output(args.output, *saved_list.ENDINGS)
    language = args.lang or language_of()
    words = {name: getattr(args, name) for name in vars(Question())}
    with terminal.progress() as progress:
        project = Project(args.root, progress=progress)
        found = project.answer(args.videos, args.k, Question(**words))
    if args.output:
        saved_list.write_list(args.output, found, language)
        say(str(args.output))
    elif args.json:
        _print_json(to_dict(args.videos, found, language))
    else:
        title = head(names_of(args.videos, found, language), found, language)
        if found.neighbors:
            wide = terminal.has_room(WITH_LABELS)
            terminal.print_table(title, table_of(found, language, labels=wide))
        else:
            _print_lines(title.splitlines())


def _print_json(content: dict[str, Any]) -> None:
    """Print `content` as JSON, in which what a terminal would obey is spelled out as \\uXXXX."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=2)
    plain = (each if each in {"\n", readable(each)} else json.dumps(each)[1:-1] for each in text)
    sys.stdout.write("".join(plain) + "\n")


def run_inspect(args: argparse.Namespace) -> None:
    """Write the contact sheet of a video as PNG and print where it is."""
    from vidrec.api import Project
    from vidrec.commands import terminal
    from vidrec.commands.output_path import check_output

    check_output(args.output, ".png")
    with terminal.progress() as progress:
        found = Project(args.root, progress=progress).inspect(args.video)
        sheet = found.sheet()
    output = args.output or Path(f"{found.name}_sheet.png")
    with atomic_path(output) as temporary:
        sheet.save(temporary, format="PNG")
    say(str(output))


def run_add(args: argparse.Namespace) -> None:
    """Put a video into the source that the params name."""
    from vidrec.commands import collection
    from vidrec.settings.download_videos import Params
    from vidrec.settings.extract_frames import FrameSettings

    settings = params.load(Params, args.params)
    frames = params.load(FrameSettings, args.params)
    _print_lines(collection.add(args.video, args.category, args.root, settings, frames))


def run_remove(args: argparse.Namespace) -> None:
    """Take a video out of the source that the params name, or put it back."""
    from vidrec.commands import collection
    from vidrec.settings.download_videos import Params

    change = collection.undo_remove if args.undo else collection.remove
    _print_lines(change(args.video, args.root, params.load(Params, args.params)))


def run_use(args: argparse.Namespace) -> None:
    """Point the project at videos and weights."""
    from vidrec.commands import use

    choice = use.Choice(args.weights, args.arch)
    if args.source == "sample":
        _print_lines(use.use_sample(choice, args.root))
    elif args.source == "youtube":
        _print_lines(use.use_youtube(choice, args.root))
    else:
        _print_lines(use.use_directory(Path(args.source), choice, args.root))


def run_scan(args: argparse.Namespace) -> None:
    """Bring the list of own videos up to date with their directory."""
    from vidrec.commands import collection
    from vidrec.settings.download_videos import Params
    from vidrec.settings.extract_frames import FrameSettings

    settings = params.load(Params, args.params)
    frames = params.load(FrameSettings, args.params)
    _print_lines(collection.scan(args.root, settings, frames))


def run_list(args: argparse.Namespace) -> None:
    """Print all videos of the collection, and how each stands."""
    from vidrec.commands import overview, terminal

    seen = overview.collection_of(ProjectPaths(args.root))
    rows = list(overview.lines(seen, overview.names_of(args.root)))
    terminal.print_table(overview.totals(seen), terminal.plain_table(overview.COLUMNS, rows))


def run_status(args: argparse.Namespace) -> None:
    """Print how the project stands, or how the last run of each stage went."""
    if args.run:
        from vidrec.commands.last_runs import tell_runs

        _print_lines(tell_runs(args.root))
        return
    from vidrec.commands import overview

    _print_lines(overview.status_of(ProjectPaths(args.root)))


def run_prune(args: argparse.Namespace) -> None:
    """Remove finished work that is not used any more; results stay."""
    from vidrec.workflow import kept, state

    store, usual = state.checkpoints(args.root), kept.bounds()
    size = usual.size if args.gb is None else args.gb * 1e9
    age = usual.age if args.days is None else args.days * 86400
    removed = kept.trim(store, kept.Bounds(size, age))
    left = kept.told(kept.pieces(store))
    say(f"{kept.told(removed)} removed, {left} kept in {store}; results stay")


def run_check(args: argparse.Namespace) -> None:
    """Tell all that is wrong with the params, and what a killed DVC has left, a line each.

    The exit status is 1 if there is any.
    """
    from vidrec.commands import params_check
    from vidrec.commands.dvc_leftovers import leftovers

    found = params_check.check(args.params, args.root)
    found.errors.extend(leftovers(args.root))
    for kind, lines in (("warning", found.warnings), ("error", found.errors)):
        for line in lines:
            tell(f"{kind}: {line}")
    if found.errors:
        sys.exit(1)
    say(f"{args.params}: all is well")


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        say(line)


def run_discover(args: argparse.Namespace) -> None:
    """Search YouTube for each category and add what is found to the manifest of ids."""
    from vidrec.commands import collection, youtube_search
    from vidrec.commands.youtube_outcome import Wish
    from vidrec.commands.youtube_sources import hits_of
    from vidrec.settings.download_videos import Params
    from vidrec.videos.youtube_access import access
    from vidrec.videos.youtube_manifest import read_rows

    asked = youtube_search.asked_for(args.sources)
    settings = params.load(Params, args.params)
    wanted = args.per_category or settings.youtube_videos_per_category
    reserve = youtube_search.reserve_of(wanted) if args.reserves is None else args.reserves
    wish = Wish(wanted, reserve, settings.youtube_max_duration_s, args.replace)
    removed = set(read_rows(collection.removed_ids(args.root))["video_id"])
    manifest = args.root / settings.youtube_manifest
    search = partial(hits_of, access())
    _print_lines(youtube_search.discover(asked, manifest, wish, search, removed))


if __name__ == "__main__":
    console()
