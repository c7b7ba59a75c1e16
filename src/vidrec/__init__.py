"""Content-based video recommender: videos are alike when they show the same objects."""
