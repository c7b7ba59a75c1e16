"""The object segmenter: its weights, its run over the frames, its accuracy."""
