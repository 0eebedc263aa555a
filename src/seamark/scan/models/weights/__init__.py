"""Formats of weights and graphs other than pickle, read at wire level."""
