"""The error that a user can cause and mend."""


class UserError(Exception):
    """Says in one line what is wrong, why, and what to do. Shown without a traceback."""
