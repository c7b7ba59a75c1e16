"""The videos by category, from each source, and their frames."""
