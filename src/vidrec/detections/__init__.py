"""What a detector finds in a video: each form it is stored in has its reader and writer here."""
