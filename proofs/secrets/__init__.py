"""Secrets that are made up, planted in files of eight forms beside values that only look so."""
