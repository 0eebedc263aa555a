"""Do child pointers make a tree? Prediction follows them without looking, from the root on."""

import array
from collections.abc import Sequence

MOST_NODES = 1 << 24
"""Nodes of one tree that are held in memory."""

Ints = Sequence[int]


def defect_of(left: "array.array[int]", right: "array.array[int]", least: int = -1) -> str:
    """What is wrong with the child arrays of one tree, or nothing.

    Each is as long as there are nodes; a negative child is a leaf, and ``least`` the lowest that
    may stand there. Where every node but the root is a child at most once and the root never,
    each way down from the root ends.
    """
    nodes = len(left)
    if len(right) != nodes:
        return f"has {nodes} left children and {len(right)} right ones"
    if not nodes:
        return ""
    for side in (left, right):
        if max(side) >= nodes:
            return f"has the child {max(side)} and only {nodes} nodes"
        if min(side) < least:
            return f"has the child {min(side)}, which is no node and no leaf"
    children = [child for side in (left, right) for child in side if child >= 0]
    if len(set(children)) == len(children) and 0 not in children:
        return ""
    if _loops(left, right):
        return "leads back to a node above, so that predicting never ends"
    return "has a node with two parents"


def _loops(left: Ints, right: Ints) -> bool:
    """Whether some way down from the root comes back to itself; iterative, each node once."""
    fresh, on_the_way, done = 0, 1, 2
    state = bytearray(len(left))
    pending = [0]
    while pending:
        node = pending[-1]
        if state[node] != fresh:
            pending.pop()
            state[node] = done
            continue
        state[node] = on_the_way
        for child in (left[node], right[node]):
            if child >= 0 and state[child] == on_the_way:
                return True
            if child >= 0 and state[child] == fresh:
                pending.append(child)
    return False
