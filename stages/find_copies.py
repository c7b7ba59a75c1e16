"""Find the videos that are copies of others, re-encoded or cut, by their frames."""

from pathlib import Path

from vidrec.detections.copies import write_copies
from vidrec.videos import find_copies, frames_at_hand
from vidrec.workflow import script
from vidrec.workflow.errors import tell


def main() -> None:
    parser = script.parser(__doc__)
    frames_at_hand.add_arguments(parser)
    parser.add_argument("--copies", type=Path, required=True, help="CSV file to write")
    args = parser.parse_args()
    with script.lock("find_copies"):
        copies = find_copies.find_copies(frames_at_hand.of_stage(args))
        write_copies(args.copies, copies)
    if line := find_copies.told(copies):
        tell(line)


if __name__ == "__main__":
    script.run(main, resumes=True)
