"""Advisories: records in OSV form, the database that holds them, and what they match."""
