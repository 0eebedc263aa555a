"""The tables of a database file, and what one row of them holds."""

import sqlite3

VERSION = 1
"""Raised when tables or the meaning of their columns change; others are refused."""
APPLICATION = 0x5EA3A2C
"""SQLite's application id: the file says by itself what it is."""

TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE package (
    ecosystem TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (ecosystem, name)
) WITHOUT ROWID;
CREATE TABLE advisory (number INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE chunk (
    source TEXT NOT NULL, number INTEGER NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (source, number)
) WITHOUT ROWID;
"""
# package.body: {"v": versions in order, "e": entries}; an entry is a list:
#   [advisory number, record id, spans (flat), numbers of fixed versions, odd versions,
#    flags, problem, CVSS vector of this package or ""]
# advisory.body: [id, aliases, summary, severity, score, vector, published, exploited, epss,
#    malicious, modules]
# chunk.body: see packed.py

HAS_RANGES = 1
"""The entry has ranges, so that a version which cannot be ordered is left in doubt."""
NAMES_LOCALS = 2
"""The entry tells local versions (``1.0+cu118``) apart."""


def create(connection: sqlite3.Connection) -> None:
    """Lay out an empty file."""
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.executescript(TABLES)


def statements() -> list[str]:
    """What SQLite keeps of the layout: one statement a table."""
    return [each.strip() for each in TABLES.split(";") if each.strip()]
