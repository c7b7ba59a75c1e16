"""Turn every video into numbered frames of one size and one rate."""

from pathlib import Path

from vidrec.videos import extract_frames
from vidrec.videos.manifest import read_good
from vidrec.workflow import params, script
from vidrec.workflow.files import write_json


def main() -> None:
    parser = script.parser(__doc__)
    parser.add_argument("--videos", type=Path, required=True, help="videos and their manifest.csv")
    parser.add_argument("--frames", type=Path, required=True, help="output: directory of frames")
    parser.add_argument("--metrics", type=Path, required=True, help="output: JSON of the counts")
    args = parser.parse_args()
    settings = params.load(extract_frames.Params, args.params)
    with script.lock("extract_frames"):
        videos = read_good(args.videos)
        write_json(args.metrics, extract_frames.extract(videos, settings, args.frames))


if __name__ == "__main__":
    script.run(main)
