"""``python -m seamark``."""

from seamark.cli import main

main()
