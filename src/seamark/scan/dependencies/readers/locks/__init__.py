"""Locks of Python tools."""
