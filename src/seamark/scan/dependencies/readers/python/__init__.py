"""Python: what is asked for, installed, or packed."""
