"""A new final layer for own classes, on the frozen trunk of the frame classifier."""
