"""Rules about code, a module a subject; each declares ``SUBJECT``."""
