"""Dependencies: what a system is made of, and whether any of it is known to be bad.

Readers (``readers/``, one a file format) turn lists into components, ``inventory`` collects them,
judges (``judges/``, one a question) turn the inventory into findings. Nothing is resolved, built,
installed or imported, and nothing is dropped silently: what a reader cannot read is ``Unassessed``.
"""
