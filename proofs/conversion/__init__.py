"""Models to convert, saved by their own libraries, and an oracle that does not use our code."""
