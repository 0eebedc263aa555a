"""``seamark convert``: one conversion with its times."""

from dataclasses import replace

from seamark.harden.conversion.convert import convert as convert_model
from seamark.harden.conversion.records import Conversion, Request
from seamark.scan.models.pickle.decide import parse_extra
from seamark.system.assemble import now


def convert(request: Request) -> Conversion:
    """Convert, and say when. Raises ``UsageError`` where nothing was tried."""
    parse_extra(request.allow)  # a malformed entry is an error before anything runs
    started = now()
    return replace(convert_model(request), started=started, finished=now())
