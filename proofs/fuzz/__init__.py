"""Mutations of real files, by the hundred thousand, against every reader."""
