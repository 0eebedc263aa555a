"""Licenses: texts as packages carry them, SPDX expressions, and what a policy says of those."""
