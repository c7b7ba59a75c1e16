"""Categories and ids in safe characters, from names that users have given their files."""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence

# Longest category or id in characters; file systems end at 255 bytes.
MAX_NAME = 100


def safe_names(names: Sequence[str], origins: Sequence[str]) -> list[str]:
    """Each name in the characters `[A-Za-z0-9_-]`.

    Names that come out alike, be it but for case, get a short digest of their origin, all of
    them: which one comes first must not matter.
    """
    plain = [re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_")[:MAX_NAME] for name in names]
    counts = Counter(name.lower() for name in plain)
    return [
        f"{name or 'video'}-{_digest(origin)}" if not name or counts[name.lower()] > 1 else name
        for name, origin in zip(plain, origins, strict=True)
    ]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:8]
