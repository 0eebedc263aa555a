"""Govern: documents that say what a system is and how it was checked, made from checks' evidence."""
