"""The check ``secrets``: credentials in files, archives and notebooks, with their places."""
