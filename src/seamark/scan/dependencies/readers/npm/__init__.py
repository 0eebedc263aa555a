"""npm: manifests and locks."""
