"""Videos and pictures on disk, and the frames in them."""
