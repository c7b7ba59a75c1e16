"""How good a result is, and how far that can be trusted."""
