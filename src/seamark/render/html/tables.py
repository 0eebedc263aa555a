"""Tables that people can read on paper, on a telephone and with a screen reader."""

from collections.abc import Iterable, Sequence, Set

from seamark.render.html.markup import Html, element


def table(
    titles: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numeric: Set[int] = frozenset(),
    kind: str = "",
) -> Html:
    """A table whose rows become cards on a narrow screen; the first column names the row.

    ``numeric`` columns are set flush right. Cells are escaped unless they are markup.
    """

    def cell(number: int, value: str) -> Html:
        style = "number" if number in numeric else None
        if number == 0:
            return element("th", value, scope="row")
        return element("td", value, data_label=titles[number], class_=style)

    head = [
        element("th", title, scope="col", class_="number" if number in numeric else None)
        for number, title in enumerate(titles)
    ]
    body = [
        element("tr", [cell(number, value) for number, value in enumerate(row)]) for row in rows
    ]
    made = element(
        "table", element("thead", element("tr", head)), element("tbody", body),
        class_=f"stack {kind}".strip(),
    )  # fmt: skip
    return element("div", made, class_="scroll")
