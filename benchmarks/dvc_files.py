"""What DVC's commands cost by how many files a stage writes: the same bytes laid out in three ways.

python benchmarks/dvc_files.py [--videos 300] [--files 180] [--bytes 9000] [--shards 64]

A stage writes `--files` files of `--bytes` for each video, and a second one depends on them:

- `files`: each is a file of its own, tracked by DVC, as frames and what lies beside detections are;
- `shards`: those of many videos lie in one of `--shards` files, by a hash of the video's id;
- `index`: the files lie there, but DVC tracks only a table with a line and a digest for each video.

Printed are, of `dvc repro`, the seconds of a first run, of one with nothing to do, and of one after
a video was added, and beside each how many of them a processor worked, which other programs disturb
less; what the stage itself took to write in the first and the last; and the disk, with DVC's cache,
in MB.
"""

import argparse
import resource
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

LAYOUTS = ("files", "shards", "index")
STAGES = """\
stages:
  write:
    cmd: python write.py {layout} {files} {bytes} {shards}
    params: [videos]
    outs: [{out}]
  read:
    cmd: python -c "open('read', 'w').write('done')"
    deps: [{out}]
    outs: [read]
"""
# Written into the project, and run by DVC. The bytes are no two times the same, nor are digests.
WRITE = """\
import hashlib, sys, time, zlib
from pathlib import Path

layout, files, size, shards = sys.argv[1], *map(int, sys.argv[2:])
began, rows, parts = time.time(), [], {}
for video in range(int(Path("params.yaml").read_text().split()[1])):
    name, digest = f"video_{video}", hashlib.sha256()
    contents = [hashlib.shake_128(f"{video} {n}".encode()).digest(size) for n in range(files)]
    if layout == "shards":
        parts.setdefault(zlib.crc32(name.encode()) % shards, []).extend(contents)
        continue
    folder = Path("data") / f"category_{video % 3}" / name
    folder.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(contents, start=1):
        (folder / f"{number}.jpg").write_bytes(content)
        digest.update(content)
    rows.append(f"{name},{files},{digest.hexdigest()}")
Path("data").mkdir(exist_ok=True)
for number, contents in parts.items():
    Path(f"data/{number}").write_bytes(b"".join(contents))
if layout == "index":
    Path("index.csv").write_text("\\n".join(rows))
Path("seconds").write_text(str(time.time() - began))
"""


@dataclass(frozen=True)
class Ran:
    """Seconds of a command: in all, of work of a processor, and in which the stage wrote."""

    seconds: float
    worked: float
    writing: float


class Project:
    """A project of two stages in an empty folder."""

    def __init__(self, root: Path, layout: str, args: argparse.Namespace) -> None:
        self._root = root
        out = "index.csv" if layout == "index" else "data"
        sizes = {"files": args.files, "bytes": args.bytes, "shards": args.shards}
        (root / "dvc.yaml").write_text(STAGES.format(layout=layout, out=out, **sizes))
        (root / "write.py").write_text(WRITE)
        for command in ("git init --quiet", "dvc init --quiet", "dvc config core.analytics false"):
            self._call(*command.split())

    def repro(self, videos: int) -> Ran:
        """Run both stages with so many videos."""
        noted = self._root / "seconds"
        noted.unlink(missing_ok=True)
        (self._root / "params.yaml").write_text(f"videos: {videos}\n")
        began, worked = time.time(), _worked()
        self._call("dvc", "repro", "--quiet")
        taken, worked = time.time() - began, _worked() - worked
        return Ran(taken, worked, float(noted.read_text()) if noted.exists() else 0.0)

    def megabytes(self) -> int:
        """What the project takes on the disk, its cache included."""
        said = self._call("du", "--summarize", "--block-size=1M", ".")
        return int(said.split()[0])

    def _call(self, *command: str) -> str:
        return subprocess.run(
            command, cwd=self._root, check=True, capture_output=True, text=True
        ).stdout


def _worked() -> float:
    """The seconds that processors have worked on all commands so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(layout: str, args: argparse.Namespace) -> Ran:
    """Print the figures of one layout as a line; what one video more costs."""
    with tempfile.TemporaryDirectory() as name:
        project = Project(Path(name), layout, args)
        first, nothing = project.repro(args.videos), project.repro(args.videos)
        more = project.repro(args.videos + 1)
        cells = [value for ran in (first, nothing, more) for value in (ran.seconds, ran.worked)]
        told = "".join(f"{cell:>10.1f}" for cell in (*cells, first.writing, more.writing))
        print(f"{layout:<8}{told}{project.megabytes():>9}", flush=True)
        return more


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--videos", type=int, default=300)
    parser.add_argument("--files", type=int, default=180, help="of each video")
    parser.add_argument("--bytes", type=int, default=9000, help="of each file")
    parser.add_argument("--shards", type=int, default=64, help="files of all videos")
    parser.add_argument("--layouts", nargs="+", choices=LAYOUTS, default=LAYOUTS)
    args = parser.parse_args()
    count = args.videos * args.files
    print(f"{args.videos} videos, {count} files of {args.bytes} bytes, {args.shards} shards")
    titles = ("first", "worked", "nothing", "worked", "one more", "worked", "writing", "again")
    print(f"{'':<8}{''.join(f'{title:>10}' for title in titles)}{'MB':>9}", flush=True)
    more = {layout: measure(layout, args) for layout in args.layouts}
    told = ", ".join(f"{ran.seconds - ran.writing:.1f} s as {name}" for name, ran in more.items())
    print(f"dvc_files: beyond writing, one video more costs {told}")


if __name__ == "__main__":
    main()
