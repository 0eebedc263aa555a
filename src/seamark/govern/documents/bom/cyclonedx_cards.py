"""CycloneDX ``modelCard``: parameters, figures and considerations, as far as they are known."""

from typing import Any

from seamark.govern.documents.bom.model import Card, Entry

Tree = dict[str, Any]


def model_card(entry: Entry) -> Tree | None:
    """The card of a model; None for one that says nothing of itself."""
    card = entry.card
    if card is None:
        return None
    tree = {
        "modelParameters": _parameters(card),
        "quantitativeAnalysis": _analysis(card),
        "considerations": _considerations(card),
    }
    return {key: value for key, value in tree.items() if value} or None


def _parameters(card: Card) -> Tree:
    tree: Tree = {
        "approach": {"type": card.approach} if card.approach else None,
        "task": card.task,
        "modelArchitecture": card.architecture,
        "datasets": [{"ref": ref} for ref in card.datasets],
    }
    return {key: value for key, value in tree.items() if value}


def _analysis(card: Card) -> Tree:
    metrics = [
        {
            "type": each.type,
            "value": each.value,
            **({"slice": each.slice} if each.slice else {}),
        }
        for each in card.metrics
    ]
    return {"performanceMetrics": metrics} if metrics else {}


def _considerations(card: Card) -> Tree:
    tree: Tree = {
        "useCases": list(card.use_cases),
        "technicalLimitations": list(card.limitations),
        "ethicalConsiderations": [{"name": each} for each in card.risks],
    }
    return {key: value for key, value in tree.items() if value}
