"""What it costs to try another weighting: by `dvc exp run`, with the page and without, and many.

python benchmarks/weightings.py [--videos 400] [--seconds 10] [--distinct 40]
                                [--only 'classified-*idf']

A project of own videos is made in a temporary directory as `add_one_video.py` makes one, and run
once. Then `dvc repro` with nothing to do, `dvc exp run -S weigh_objects.scaling=…` up to
`build_index`, and of everything, which ends with the page, take turns, each time with params not
tried before; at last `tools/weightings.py` runs all those weightings whose names `--only` matches.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

from add_one_video import LAST, ROOT, Project, write_videos
from side_by_side import Way, in_turn, machine, save, spread, told

# Of each way as many are tried, each once: a run of the same params would only be taken up.
TERMS = ("confidence", "count", "probability")
AUTHOR = ("-c", "user.name=benchmark", "-c", "user.email=benchmark@localhost")


def ways(project: Project) -> list[Way]:
    """Nothing to do; another weighting without the page; and with it."""
    without, with_page = iter(TERMS), iter(TERMS)

    def another(term: str, scaling: str, *targets: str) -> float:
        changes = ("-S", f"weigh_objects.term={term}", "-S", f"weigh_objects.scaling={scaling}")
        seconds = project.call("dvc", "exp", "run", *changes, *targets)
        project.call("git", "checkout", "--quiet", "--", ".")
        project.call("dvc", "repro")
        return seconds

    return [
        Way("nothing to do", lambda: project.call("dvc", "repro")),
        Way("without the page", lambda: another(next(without), "log", LAST)),
        Way("with the page", lambda: another(next(with_page), "linear")),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--videos", type=int, default=400)
    parser.add_argument("--seconds", type=float, default=10.0, help="length of each")
    parser.add_argument("--distinct", type=int, default=400, help="others are copies of these")
    parser.add_argument("--only", default="classified-*idf", help="the weightings to run at last")
    parser.add_argument("--rounds", type=int, default=len(TERMS), choices=range(1, len(TERMS) + 1))
    args = parser.parse_args()
    print(f"weightings: {args.videos} videos, {told(machine())}", flush=True)
    with tempfile.TemporaryDirectory() as name:
        project = Project(Path(name), "fp32")
        write_videos(project.videos, args.videos, args.distinct, args.seconds)
        project.call("vidrec", "scan")
        project.call("dvc", "repro")
        shutil.copytree(ROOT / "tools", project.root / "tools")
        project.call("git", "add", "--all")
        project.call("git", *AUTHOR, "commit", "--quiet", "--message", "All")
        seconds = in_turn(ways(project), args.rounds)
        for way, taken in seconds.items():
            print(f"{way:<18}{spread(taken)} s", flush=True)
        many = project.call("python", "tools/weightings.py", "--only", args.only)
    print(f"{args.only:<17} {many:.1f} s")
    save("weightings", {"videos": args.videos, "seconds": {**seconds, args.only: [many]}})
    said = "; ".join(f"{way} {spread(taken)} s" for way, taken in seconds.items())
    print(f"weightings: {said}; all of {args.only} {many:.0f} s")


if __name__ == "__main__":
    main()
