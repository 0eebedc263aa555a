"""Readers of configuration: every one bounded, and every value knows its line."""
