"""The error that a user can cause and mend, and how to show what strangers have named."""

import errno
import sys
import unicodedata

# Errors of the system that are over a disk, or over what somebody may do, whatever the file.
NO_ROOM = frozenset([errno.ENOSPC, errno.EDQUOT])
NO_ACCESS = frozenset([errno.EACCES, errno.EPERM, errno.EROFS])

# They join the parts of an emoji, and letters of Persian and Indian scripts.
JOINERS = "\u200c\u200d"


class UserError(Exception):
    """Says in one line what is wrong, why, and what to do. Shown without a traceback."""


def readable(text: str) -> str:
    """`text` on one line, without what a terminal would obey or no output would take.

    Control characters, what turns the direction of writing, and halves of letters become U+FFFD;
    spaces of any width become plain ones. Letters and emoji of all scripts stay.
    """
    return "".join(map(_harmless, text))


def _harmless(char: str) -> str:
    if char.isprintable() or char in JOINERS:
        return char
    kind = unicodedata.category(char)
    # Emoji younger than this Python have no kind yet.
    return {"Zs": " ", "Cn": char}.get(kind, "\ufffd")


def say(line: str) -> None:
    """Print `line`."""
    print(readable(line))


def tell(line: str) -> None:
    """Say `line` on standard error."""
    print(readable(line), file=sys.stderr)
