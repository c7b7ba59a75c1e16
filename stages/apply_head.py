"""Label each frame with the fine-tuned head, from the trunk's features kept before."""

from pathlib import Path

from vidrec.detections.tree import write_classes
from vidrec.workflow import script
from vidrec.workflow.absent import check_there, skipping
from vidrec.workflow.files import atomic_directory


def main() -> None:
    parser = script.parser(__doc__)
    parser.add_argument("--features", type=Path, required=True, help="from classify_frames")
    parser.add_argument("--head", type=Path, required=True, help="folder of the head")
    parser.add_argument("--detections", type=Path, required=True, help="output: CSV per video")
    args = parser.parse_args()
    with (
        skipping("apply_head", args.detections),
        atomic_directory(args.detections) as folder,
    ):
        check_there(args.head)
        # Loads torch, which takes seconds: not for a stage that is skipped.
        from vidrec.head import apply_head, finetune_head

        head = finetune_head.load_head(args.head)
        for video, found, frames in apply_head.apply_all(args.features, head):
            write_classes(folder, video, found, frames)


if __name__ == "__main__":
    script.run(main)
