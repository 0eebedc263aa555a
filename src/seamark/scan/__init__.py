"""Floor 2: static checks. Nothing that is scanned is ever executed or imported."""
