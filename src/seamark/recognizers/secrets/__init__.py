"""Credentials in text: kinds, one multi-pattern pass, tests of structure, a score, redaction."""
