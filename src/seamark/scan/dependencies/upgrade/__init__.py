"""Upgrades: the smallest set of version changes that clears the known vulnerabilities.

Nothing is resolved: candidates are the versions that advisories name as fixed, constraints those
that lists and locks record. What only an index knows (whether a version exists, what it needs) is
left to the package manager that carries the plan out.
"""
