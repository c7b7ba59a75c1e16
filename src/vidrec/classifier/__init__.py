"""The frame classifier: its weights, its run over all frames, its accuracy."""
