"""What a killed DVC may leave behind over which its next run would stumble without saying how."""

import json
from collections.abc import Iterator
from pathlib import Path

# DVC writes it in place: killed meanwhile, or with a full disk, it leaves it empty or cut short.
RWLOCK = Path(".dvc/tmp/rwlock")
# Written in place as well.
LOCK = Path("dvc.lock")
# A folder for each run of a stage that it knows, filled after it was made.
RUNS = Path(".dvc/cache/runs")


def leftovers(root: Path) -> Iterator[str]:
    """What is to be removed of DVC's own state in the project at `root`, a line each."""
    if _is_damaged(root / RWLOCK):
        yield f"{root / RWLOCK} is damaged, as a DVC that was killed leaves it: remove it"
    if (root / LOCK).is_file() and not (root / LOCK).stat().st_size:
        yield (
            f"{root / LOCK} is empty, as a DVC that was killed leaves it: `git checkout {LOCK}`, or"
            " remove it; results stay"
        )
    empty = [path for path in sorted((root / RUNS).glob("*/*/")) if not any(path.iterdir())]
    if empty:
        yield (
            f"{empty[0]} is empty, as a DVC that was killed leaves it: remove it"
            f" (find {root / RUNS} -type d -empty -delete)"
        )


def _is_damaged(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        json.loads(path.read_bytes())
    except ValueError:
        return True
    return False
