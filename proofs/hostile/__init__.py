"""Our own corpus of hostile model files: a generator, with payloads that harm nothing.

Files are written and scanned, never loaded. Nothing here imports the scanner: generator, rules
and judgment stay apart.
"""
