"""Pickle streams: two engines that must agree, and a decision by allowlist."""
