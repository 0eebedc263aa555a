"""Build the allowlist offline from pinned library releases. Imports nothing that it examines."""
