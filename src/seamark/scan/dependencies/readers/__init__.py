"""One module a format: reads one file, yields components, indexes and what it could not read."""
