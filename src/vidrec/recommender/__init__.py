"""Which videos are most alike, and why."""
