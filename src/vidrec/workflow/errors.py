"""The error that a user can cause and mend, and how to show what strangers have named."""


class UserError(Exception):
    """Says in one line what is wrong, why, and what to do. Shown without a traceback."""


def readable(text: str) -> str:
    """`text` on one line, without what a terminal would obey or no output would take."""
    return "".join(each if each.isprintable() else "\ufffd" for each in text)
