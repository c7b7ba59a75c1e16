"""What has become of a video: with these it counts; any other status names what is wrong."""

# All of it decodes; or enough of it, and an error says what is missing.
OK, PARTIAL = "ok", "partial"
GOOD = (OK, PARTIAL)
