"""How the reader wants to see a report; nothing here changes what it says."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Choices about presentation that every renderer takes and uses where they apply.

    ``verbose`` adds the coverage of each file; ``color`` allows terminal colors; ``width`` is in
    columns; ``command`` is the command line that made the report, for whoever repeats it.
    """

    verbose: bool = False
    color: bool = False
    width: int = 100
    command: str = ""
