"""Take in the videos of the chosen source, by category, with a manifest of what became of each."""

from pathlib import Path

from vidrec.settings.download_videos import Params
from vidrec.videos import download_videos
from vidrec.workflow import params, script


def main() -> None:
    parser = script.parser(__doc__)
    parser.add_argument("--videos", type=Path, required=True, help="output: directory of videos")
    args = parser.parse_args()
    settings = params.load(Params, args.params)
    with script.lock("download_videos"):
        download_videos.download(settings, args.videos)


if __name__ == "__main__":
    script.run(main, resumes=True)
