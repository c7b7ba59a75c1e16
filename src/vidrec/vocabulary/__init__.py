"""The words for what networks see: labels, the groups that people think in, Spanish names."""
