"""Keras models to weights and a description."""
