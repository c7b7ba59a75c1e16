"""One page that shows the whole index."""
