"""Why a conversion did not happen, as the workers raise it."""


class Refused(Exception):  # noqa: N818  a decision, not an error
    """What the file holds cannot be converted; the text says what and why."""


class Unsuited(Exception):  # noqa: N818  likewise
    """Not with this interpreter or these options; ``hint`` says which would do."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.hint = hint


class MissingLibrary(Exception):  # noqa: N818  likewise
    """A library that the conversion needs is not installed; ``name`` is that of the module."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name
