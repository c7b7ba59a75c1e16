"""Good files broken by chance: each must give frames, or a status that names what is wrong.

`python -m tests.mutations [SEED]` (`make mutations`) tries all MUTATIONS.
"""

import argparse
import io
import multiprocessing
import os
import re
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from PIL import Image
from tests.formats import FORM, FORMATS, Format
from tqdm import tqdm

from vidrec.media.containers import VideoError
from vidrec.media.extraction import Rules, extract_frames
from vidrec.media.ffmpeg import MEMORY_LIMIT_BYTES
from vidrec.workflow.parallel import worker_count

MUTATIONS = 1000
RULES = Rules(max_seconds=10, min_decoded=0.25)
# Seconds of a file: none of these takes one of the processor while it is whole.
LENGTH_S = 2
CPU_BOUND_S = 30
# What lies within this many bytes tells what follows.
HEAD = 1024
# Lengths that a header may tell, and that nobody has.
LENGTHS = (0, 1, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1)

# 40 rows of the table of formats.
GOOD = (
    *("MP4 H.264", "MP4 H.264 in fragments", "MP4 HEVC", "MP4 AV1", "MP4 MPEG-4", "M4V H.264"),
    *("MOV H.264", "MOV MJPEG", "MOV ProRes 422", "MOV PNG", "MOV HEVC HDR by HLG", "3GP H.263"),
    *("MKV H.264", "MKV HEVC", "WebM VP8", "WebM VP9", "WebM AV1", "OGV Theora", "NUT H.264"),
    *("AVI H.264", "AVI MPEG-4", "AVI MJPEG", "AVI Cinepak", "AVI raw video RGB"),
    *("FLV H.264", "FLV Sorenson H.263", "ASF MS MPEG-4 v3", "WMV WMV 2", "RM RealVideo 2"),
    *("TS H.264", "TS HEVC", "M2TS H.264 packets of 192", "MPG MPEG-1", "VOB MPEG-2"),
    *("MXF MPEG-2", "IVF VP9", "raw H.264", "GIF GIF", "APNG PNG", "WebP WebP animated"),
)

# Where the parts of some containers begin: boxes, clusters, pages, chunks, units, packets.
PARTS = re.compile(
    rb"(?=....(?:ftyp|moov|mdat|moof|trak|mvhd|stbl|stts|stsz|stco))"
    rb"|(?=\x1f\x43\xb6\x75|OggS|LIST|00dc|fdAT|ANMF|\x00\x00\x01|\x47\x40)",
    re.DOTALL,
)
# Of a file in which fewer are found, as many pieces of one size are its parts.
FEW_PARTS = 8


def flip(random: Random, content: bytes) -> bytes:
    return _flipped(random, content, len(content))


def flip_head(random: Random, content: bytes) -> bytes:
    return _flipped(random, content, HEAD)


def _flipped(random: Random, content: bytes, before: int) -> bytes:
    changed = bytearray(content)
    for _ in range(random.randint(1, 20)):
        changed[random.randrange(min(before, len(content)))] = random.randrange(256)
    return bytes(changed)


def cut(random: Random, content: bytes) -> bytes:
    return content[: random.randrange(1, len(content))]


def behead(random: Random, content: bytes) -> bytes:
    return content[random.randrange(1, len(content)) :]


def double(random: Random, content: bytes) -> bytes:
    start, end = _stretch(random, content)
    return content[:end] + content[start:]


def zero(random: Random, content: bytes) -> bytes:
    start, end = _stretch(random, content)
    return content[:start] + bytes(end - start) + content[end:]


def insert(random: Random, content: bytes) -> bytes:
    at = random.randrange(len(content))
    return content[:at] + random.randbytes(random.randint(1, HEAD)) + content[at:]


def swap(random: Random, content: bytes) -> bytes:
    """Two parts change places."""
    parts = [part for part in PARTS.split(content) if part]
    if len(parts) < FEW_PARTS:
        step = len(content) // FEW_PARTS + 1
        parts = [content[at : at + step] for at in range(0, len(content), step)]
    first, second = random.sample(range(len(parts)), 2)
    parts[first], parts[second] = parts[second], parts[first]
    return b"".join(parts)


def lengthen(random: Random, content: bytes) -> bytes:
    """Four bytes of the head become a length that is wrong."""
    at = random.randrange(min(HEAD, len(content)))
    length = random.choice(LENGTHS).to_bytes(4, random.choice(("big", "little")))
    return content[:at] + length + content[at + 4 :]


def _stretch(random: Random, content: bytes) -> tuple[int, int]:
    start = random.randrange(len(content))
    return start, min(len(content), start + random.randint(1, max(2, len(content) // 4)))


KINDS: tuple[Callable[[Random, bytes], bytes], ...] = (
    *(flip, flip_head, cut, double, zero),
    *(swap, lengthen, insert, behead),
)


@dataclass(frozen=True)
class Mutation:
    """One of a seed's: its number decides which file it is of, and what is done to it."""

    seed: int
    number: int

    @property
    def file(self) -> str:
        return GOOD[self.number % len(GOOD)]

    @property
    def kind(self) -> Callable[[Random, bytes], bytes]:
        return KINDS[self.number // len(GOOD) % len(KINDS)]

    def __str__(self) -> str:
        return f"{self.kind.__name__} {self.file} (seed {self.seed}, number {self.number})"

    def of(self, content: bytes) -> bytes:
        return self.kind(Random(f"{self.seed}/{self.number}"), content)


@dataclass(frozen=True)
class Attempt:
    """What a mutation gave: its status, what is wrong with that, and the peak of memory so far."""

    mutation: Mutation
    status: str
    faults: Sequence[str] = ()
    peak_kib: int = 0


def write_good(folder: Path) -> None:
    """Writes the good files, each by its name."""
    by_name = {row.name: row for row in FORMATS}
    for name in GOOD:
        (folder / name).write_bytes(_short(by_name[name]))


def _short(row: Format) -> bytes:
    return row.write(replace(row.clip, count=round(LENGTH_S * row.clip.fps)))


def use_temporary(folder: Path) -> None:
    """Has this process and what it starts keep temporary files in a folder of their own."""
    os.environ["TMPDIR"] = tempfile.tempdir = tempfile.mkdtemp(dir=folder)


def attempt(mutation: Mutation, folder: Path) -> Attempt:
    """Takes the frames of a mutation, in a process whose temporary files are its own."""
    with tempfile.TemporaryDirectory(dir=folder) as beside:
        path = Path(beside) / "video"
        path.write_bytes(mutation.of((folder / mutation.file).read_bytes()))
        before = _cpu_s()
        status, faults = _taken(path)
    spent, left = _cpu_s() - before, sorted(Path(tempfile.gettempdir()).iterdir())
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    wrong = {
        f"{spent:.0f} s of the processor": spent > CPU_BOUND_S,
        f"left behind: {[path.name for path in left]}": bool(left),
        f"{peak} KiB of memory": peak > MEMORY_LIMIT_BYTES // 1024,
    }
    return Attempt(mutation, status, [*faults, *(each for each in wrong if wrong[each])], peak)


def _taken(path: Path) -> tuple[str, list[str]]:
    """The status of a file, and which of its frames are not as they should be."""
    try:
        extraction = extract_frames(path, FORM, RULES)
    except VideoError as error:
        return error.status, [] if error.message else ["no message"]
    faults = [] if extraction.frames else ["no frames"]
    for number, frame in enumerate(extraction.frames, start=1):
        with Image.open(io.BytesIO(frame), formats=["JPEG"]) as picture:
            picture.load()
            if picture.size != (FORM.size, FORM.size):
                faults.append(f"frame {number} is of {picture.size}")
    return extraction.status, faults


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime + time.process_time()


def attempts(mutations: Sequence[Mutation], folder: Path, workers: int) -> Iterator[Attempt]:
    """All of them, in order, by processes that have started nothing else."""
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, fresh, use_temporary, (folder,)) as pool:
        started = [pool.submit(attempt, mutation, folder) for mutation in mutations]
        for mutation, future in zip(mutations, started, strict=True):
            yield _made(mutation, future)


def _made(mutation: Mutation, future: "Future[Attempt]") -> Attempt:
    error = future.exception()
    return Attempt(mutation, "traceback", [repr(error)]) if error else future.result()


def main() -> None:
    parser = argparse.ArgumentParser(description="Break good files by chance and take their frames")
    parser.add_argument("seed", nargs="?", type=int, default=0)
    mutations = [Mutation(parser.parse_args().seed, number) for number in range(MUTATIONS)]
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        write_good(Path(name))
        made = attempts(mutations, Path(name), worker_count())
        done = list(tqdm(made, "mutations", MUTATIONS, unit="file", disable=None))
    print_summary(done, time.monotonic() - began)
    sys.exit(any(each.faults for each in done))


def print_summary(done: Sequence[Attempt], seconds: float) -> None:
    for each in done:
        if each.faults:
            print(f"{each.mutation}: {each.status}: {'; '.join(each.faults)}")
    statuses = Counter(each.status for each in done).most_common()
    counts = ", ".join(f"{count} {status}" for status, count in statuses)
    containers = len({row.container for row in FORMATS if row.name in GOOD})
    peak = max(each.peak_kib for each in done) // 1024
    print(f"{len(done):,} mutations of {len(GOOD)} files of {containers} containers: {counts}")
    print(
        f"{sum(bool(each.faults) for each in done)} at fault; {seconds:.0f} s, {peak} MiB at most"
    )


if __name__ == "__main__":
    main()
