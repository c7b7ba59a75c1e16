"""Categories and ids in safe characters, from names that users have given their files."""

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Sequence

from anyascii import anyascii

from vidrec.workflow.errors import UserError
from vidrec.workflow.tables import SAFE_NAME

# Longest category or id in characters; file systems end at 255 bytes.
MAX_NAME = 100


def safe_name(name: str) -> str:
    """`name` in the characters `[A-Za-z0-9_-]`, letters of any script by their sound in English
    letters (música: musica, 猫: Mao); empty where nothing of it is left."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", anyascii(name)).strip("_")[:MAX_NAME]


def check_category(name: str) -> None:
    """Raise UserError for what cannot be the name of a folder, or of which no letter is left."""
    shown = name.isprintable() and "/" not in name and not name.startswith(".")
    if not shown or not safe_name(name) or len(name) > MAX_NAME:
        raise UserError(
            f"category {name!r}: give a name of letters or digits, {MAX_NAME} characters at most,"
            " without / and no dot before it"
        )


def safe_categories(names: Collection[str]) -> dict[str, str]:
    """Each of `names` of categories in safe characters; one that is safe stays as it is."""
    safe = [name for name in names if SAFE_NAME.fullmatch(name)]
    others = sorted(set(names) - set(safe))
    return {
        **dict(zip(safe, safe, strict=True)),
        **dict(zip(others, safe_names(others, others, safe), strict=True)),
    }


def safe_names(
    names: Sequence[str], origins: Sequence[str], taken: Collection[str] = ()
) -> list[str]:
    """Each name in safe characters, none of them one of `taken`.

    Names that come out alike, be it but for case, get a short digest of their origin, all of
    them: which one comes first must not matter.
    """
    plain = [safe_name(name) for name in names]
    counts = Counter(name.lower() for name in [*plain, *taken])
    return [
        f"{name or 'video'}-{_digest(origin)}" if not name or counts[name.lower()] > 1 else name
        for name, origin in zip(plain, origins, strict=True)
    ]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:8]
