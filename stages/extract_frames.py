"""Turn every video into numbered frames of one size and one rate."""

from pathlib import Path

from vidrec.settings.extract_frames import FrameSettings
from vidrec.videos import extract_frames
from vidrec.videos.manifest import read_good
from vidrec.workflow import params, script, state
from vidrec.workflow.files import write_json
from vidrec.workflow.tables import write_table


def main() -> None:
    parser = script.parser(__doc__)
    parser.add_argument("--videos", type=Path, required=True, help="videos and their manifest.csv")
    parser.add_argument("--frames", type=Path, required=True, help="output: directory of frames")
    parser.add_argument("--frame-index", type=Path, help="output: CSV of these")
    parser.add_argument("--metrics", type=Path, required=True, help="output: JSON of the count")
    parser.add_argument("--failed", type=Path, help="output: CSV, the videos that give no frames")
    args = parser.parse_args()
    settings = params.load(FrameSettings, args.params)
    with script.lock("extract_frames"):
        videos = read_good(args.videos, state.originals())
        failed = extract_frames.extract(videos, settings, args.frames, args.frame_index)
        write_json(args.metrics, {"failed_videos": len(failed)})
        if args.failed:
            write_table(args.failed, failed)


if __name__ == "__main__":
    script.run(main, resumes=True)
