"""How many copies of the videos below a directory are found, and which of the videos are taken for
copies of one another though they may be none; and how long 2,000 videos take.

python benchmarks/find_video_copies.py DIR [--every 5] [--videos 2000] [--frames 60]

Every fifth video is encoded again by ffmpeg, in each of the ways of CHANGES, and held against its
original. The 2,000 are made up: patches that move over one of a hundred backdrops.
"""

import argparse
import itertools
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed

from vidrec.media import ffmpeg
from vidrec.media.extraction import Form, Rules, extract_frames
from vidrec.media.frames import Frames
from vidrec.media.thumbnails import SIDE, Thumbnails, take_thumbnails
from vidrec.videos.alike import hashes_of, look_of, matched_share, most_in_step, pairs_sharing
from vidrec.videos.find_copies import AT_HAND, pairs_alike

FORM, RULES = Form(fps=3, size=224, fit="stretch", quality=3), Rules(600, 0.25)
# What ffmpeg is told before its input and after it; {quarter} and {half} are of the length.
CHANGES = {
    "as it is, crf 23": ("", "-crf 23"),
    "crf 35": ("", "-crf 35"),
    "half size, crf 28": ("", "-vf scale=trunc(iw/4)*2:trunc(ih/4)*2 -crf 28"),
    "15 pictures a second": ("", "-r 15 -crf 26"),
    "25 pictures a second": ("", "-r 25 -crf 26"),
    "the middle half": ("-ss {quarter:.2f}", "-t {half:.2f} -crf 26"),
    "20 % brighter": ("", "-vf lutyuv=y=clip(val*1.2\\,0\\,255) -crf 26"),
    "5 % cut off each side": ("", "-vf crop=trunc(iw*0.45)*2:trunc(ih*0.45)*2 -crf 26"),
}
BACKDROPS = 100


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("directory", type=Path, help="videos (.mp4), at any depth")
    parser.add_argument("--every", type=int, default=5, help="which videos are encoded again")
    parser.add_argument("--videos", type=int, default=2000, help="made-up ones")
    parser.add_argument("--frames", type=int, default=60, help="of each")
    args = parser.parse_args()
    files = sorted(args.directory.rglob("*.mp4"))
    taken = Parallel(2)(delayed(thumbnails_of)(each) for each in files)
    tell_found([each.stem for each in files], taken)
    some = range(0, len(files), args.every)
    found = Parallel(2)(delayed(found_again)(files[each], taken[each]) for each in some)
    for number, change in enumerate(CHANGES):
        hits = sum(each[number] for each in found)
        print(f"{change}: {hits} of {len(found)} copies are found ({hits / len(found):.0%})")
    tell_time(list(made_up(args.videos, args.frames)))


def thumbnails_of(file: Path) -> Thumbnails:
    return take_thumbnails(Frames(file.name, extract_frames(file, FORM, RULES).frames))


def tell_found(names: Sequence[str], taken: Sequence[Thumbnails]) -> None:
    """All pairs are compared here, whether or not they have a hash in common."""
    looks = [look_of(each) for each in taken]
    pairs = list(itertools.combinations(range(len(looks)), 2))
    copies = [pair for pair in pairs if matched_share(looks[pair[0]], looks[pair[1]])]
    most = max((most_in_step(looks[a], looks[b]) for a, b in pairs), default=0.0)
    near = len(pairs_sharing(map(hashes_of, taken)))
    print(f"{len(looks)} videos, {len(pairs)} pairs, {near} of them with a hash in common:")
    print(f"no two are more in step than {most:.2f};", end=" ")
    print(f"{len(copies)} are taken for copies", *(f"{names[a]}={names[b]}" for a, b in copies))


def found_again(file: Path, original: Thumbnails) -> list[bool]:
    """Whether each copy is found: it has a hash in common, and is matched."""
    look, hashes = look_of(original), hashes_of(original)
    copies = [encoded(file, len(original) / FORM.fps, *change) for change in CHANGES.values()]
    return [
        bool(pairs_sharing([hashes, hashes_of(each)]) and matched_share(look, look_of(each)))
        for each in copies
    ]


def encoded(file: Path, seconds: float, before: str, after: str) -> Thumbnails:
    # Not where frames are taken anyway: cut to the middle, they lie between those.
    times = {"quarter": seconds / 4 + 0.1, "half": seconds / 2}
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.mp4"
        start = [ffmpeg.binary(), "-v", "error", *before.format(**times).split(), "-i", str(file)]
        coded = "-an -c:v libx264 -preset veryfast -pix_fmt yuv420p -threads 1"
        subprocess.run([*start, *after.format(**times).split(), *coded.split(), copy], check=True)
        return thumbnails_of(copy)


def made_up(videos: int, frames: int) -> Iterator[Thumbnails]:
    """Videos in which a patch moves over a backdrop that others have too."""
    random = np.random.default_rng(0)
    coarse = random.integers(0, 200, (BACKDROPS, 7, 7), dtype=np.uint8)
    backdrops = coarse.repeat(SIDE // 7, axis=1).repeat(SIDE // 7, axis=2)
    for number in range(videos):
        video = np.stack([backdrops[number % BACKDROPS]] * frames)
        places = random.integers(0, SIDE - 8, (frames, 2))
        for frame, (top, left) in zip(video, places, strict=True):
            frame[top : top + 8, left : left + 8] += 55
        yield video


def tell_time(videos: Sequence[Thumbnails]) -> None:
    begun = time.perf_counter()
    pairs = pairs_alike(videos)
    paired = time.perf_counter()
    look = lru_cache(maxsize=AT_HAND)(lambda number: look_of(videos[number]))
    copies = sum(matched_share(look(a), look(b)) > 0 for a, b in pairs)
    matched = time.perf_counter()
    print(f"{len(videos)} made-up videos: {len(pairs)} pairs that look alike", end=" ")
    print(f"in {paired - begun:.1f} s, {copies} copies among them in {matched - paired:.1f} s")


if __name__ == "__main__":
    main()
