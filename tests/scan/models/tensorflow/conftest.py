"""`proofs` is no part of the package: make it importable however pytest was started."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[4]))
