"""The importance vectors of videos, and the classifier of videos that reads them."""
