"""Weightings compared as experiments of DVC, and changes compared for review."""
