"""Container images, and what Dockerfiles start from."""
