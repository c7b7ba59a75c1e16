"""The neural networks: how they compute, their weights, and their architectures."""
