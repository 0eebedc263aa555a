"""Answers customer questions: intent, priority, the canned answer, and similar old tickets.

python serve.py "my grinder arrived broken"
"""

import json
import pickle
import sys
from pathlib import Path

import joblib
import numpy as np

MODELS = Path(__file__).parent / "models"


class Support:
    """The loaded models. Load only what ``seamark check`` has passed."""

    def __init__(self, folder: Path = MODELS) -> None:
        self.intent = joblib.load(folder / "intent.joblib")
        with (folder / "priority.pkl").open("rb") as file:
            self.priority = pickle.load(file)
        self.vectors = np.load(folder / "embeddings.npy", allow_pickle=False)
        self.components = np.load(folder / "projection.npz", allow_pickle=False)["components"]

    def answer(self, text: str, days_waiting: int = 0, earlier_contacts: int = 0) -> dict:
        """What an agent sees beside the customer's message."""
        words = self.intent.named_steps["words"].transform([text])
        vector = (words @ self.components.T).ravel()
        nearest = np.argsort(self.vectors @ vector)[-3:][::-1]
        row = [[len(text), text.count("!"), 0, days_waiting, earlier_contacts, 0.0]]
        return {
            "intent": str(self.intent.predict([text])[0]),
            "priority": str(self.priority.predict(row)[0]),
            "similar_tickets": nearest.tolist(),
        }


if __name__ == "__main__":
    print(json.dumps(Support().answer(" ".join(sys.argv[1:])), indent=2))
