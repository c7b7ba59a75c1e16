"""What the sample's pictures are drawn from."""
