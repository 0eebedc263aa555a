"""Govern: documents that say what a system is, made from checks' evidence."""
