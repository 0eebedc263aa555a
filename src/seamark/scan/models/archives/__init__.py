"""Containers and compression: zip, tar, gzip and friends, read the way loaders read them."""
