"""For start-up files: ``import seamark.harden.loading.sitecustomize`` does what the variable says.

That one line in a ``sitecustomize.py``, ``usercustomize.py`` or ``.pth`` file guards every Python
process whose environment has ``SEAMARK_SAFE_LOAD=raise`` (or ``warn``), subprocesses included.
"""

import os
import sys

if os.environ.get("SEAMARK_SAFE_LOAD", "").strip():
    try:
        from seamark.harden.loading.context import install_from

        install_from(os.environ)
    except Exception as error:
        # site prints errors of start-up files and goes on: unguarded, which nobody asked for.
        sys.stderr.write(f"seamark: safe loading could not be installed: {error}\n")
        sys.stderr.flush()
        os._exit(2)
