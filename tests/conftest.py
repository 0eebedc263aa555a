"""What holds for all tests."""

import os

from hypothesis import settings

# Landing must not depend on luck: random examples are the same in every run. Set SEAMARK_EXPLORE=1
# to look for new ones.
settings.register_profile("same", derandomize=True)
settings.register_profile("explore", derandomize=False)
settings.load_profile("explore" if os.environ.get("SEAMARK_EXPLORE") else "same")
