"""Checkpoints and arrays to safetensors."""
