"""Runs many checks: in this process, or over processes where that is worth their start.

It knows nothing of what a check does. What it promises: results in an order that depends on the
plan only, a crash of one check kept from the others, budgets, and partial results on Ctrl-C.
"""

from seamark.engine.outcome import Outcome
from seamark.engine.plan import Budgets, Planned
from seamark.engine.run import run_checks

__all__ = ["Budgets", "Outcome", "Planned", "run_checks"]
