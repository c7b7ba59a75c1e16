"""Videos to frames: how many times as fast as ffmpeg called plainly for each, and as before.

python benchmarks/extract.py [--videos 6] [--seconds 180] [--rounds 3]

Whole processes, in turn, from the same videos (426 x 240, 25 pictures a second, a test picture with
noise, H.264): one `ffmpeg -vf fps=3,scale=224:224` after another, which decodes with all cores; the
stage `extract_frames` as it was at the commit `--base`; and the stage as it is, which also checks
each video, confines its ffmpeg, and keeps what is finished.
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import made_up
from side_by_side import BEFORE, ROOT, Project, Way, clock, compare, tree_of

from vidrec.media import ffmpeg

STAGE = "extract_frames"
PLAIN = "-loglevel error -y -vf fps=3,scale=224:224 -q:v 3"


def ways(top: Path, args: argparse.Namespace, stack: ExitStack) -> Iterator[Way]:
    """ffmpeg for each video, the stage of the older commit, and ours."""
    videos = top / "videos"
    made_up.write_videos(videos, args.videos, args.seconds, args.videos)
    yield Way("plain", lambda: plain(top / "plain", sorted(videos.glob("*/*.mp4"))), baseline=True)
    if args.base:
        yield stage(top / "base", videos, stack.enter_context(tree_of(args.base)))
    yield stage(top / "ours", videos)


def plain(out: Path, videos: Sequence[Path]) -> float:
    """The seconds of ffmpeg, for one video after the other."""
    seconds = 0.0
    for video in videos:
        folder = out / video.stem
        folder.mkdir(parents=True, exist_ok=True)
        command = [ffmpeg.binary(), "-i", str(video), *PLAIN.split(), str(folder / "%d.jpg")]
        seconds += clock(command, out)
    return seconds


def stage(root: Path, videos: Path, tree: Path = ROOT) -> Way:
    """The stage of a tree in a project at `root`."""
    project = Project(root, {}, tree)
    (root / "data").mkdir()
    (root / "data/videos").symlink_to(videos)
    return Way(root.name, lambda: project.anew(STAGE), baseline=tree != ROOT)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--videos", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=180.0, help="length of each")
    parser.add_argument("--base", default=BEFORE, help="an older commit, or empty for none")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        frames = round(args.videos * args.seconds * made_up.FRAMES_PER_SECOND)
        compare("extract", list(ways(Path(name), args, stack)), args.rounds, frames)


if __name__ == "__main__":
    main()
