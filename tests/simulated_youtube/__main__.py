"""Run the simulated YouTube by hand, and say how to point a project at it."""

import argparse
from pathlib import Path

from tests.simulated_youtube import collection, server


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.simulated_youtube", description=__doc__)
    parser.add_argument("--manifest", type=Path, help="output: the ids, as a CSV file")
    parser.add_argument("--ids", type=int, default=130, help="how many in each category")
    parser.add_argument("--seed", type=int, default=11, help="where the faults are")
    parser.add_argument("--port", type=int, default=8029, help="of this machine")
    args = parser.parse_args()
    if args.manifest is None:
        parser.print_help()
        return
    made = collection.made(args.seed, ids=args.ids)
    collection.manifest_of(made).to_csv(args.manifest, index=False)
    youtube = server.Youtube({each.video_id: each.video for each in made})
    with server.serving(youtube, args.port):
        print(HOW.format(address=youtube.address, plugins=Path(__file__).parent, **vars(args)))
        try:
            youtube.closing.wait()
        except KeyboardInterrupt:
            print_asked(made, youtube)


HOW = """\
A YouTube is at {address}; its ids are in {manifest}. In a copy of the project, beside this:

    export SIMULATED_YOUTUBE={address} VIDREC_PAUSE_S=0-0 PYTHONPATH=src:{plugins}
    dvc exp run -S download_videos.source=youtube \\
        -S download_videos.youtube_manifest={manifest} \\
        -S download_videos.youtube_max_filesize_mb=1 download_videos

Ctrl-C ends it, and prints how often each video was asked for."""


def print_asked(made: list[collection.Planned], youtube: server.Youtube) -> None:
    """Print a line for each video that was asked for: what is the matter, and how often."""
    pages, files = youtube.count(server.PAGE), youtube.count(server.MEDIA)
    for each in made:
        if pages[each.video_id]:
            counts = f"{pages[each.video_id]} pages, {files[each.video_id]} files"
            print(f"{each.category} {each.video_id} ({each.fault}): {counts}")


if __name__ == "__main__":
    main()
