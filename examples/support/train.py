"""Trains the models of the support system and writes them the way that projects do.

Five files in four formats on purpose: what a team really has lying in ``models/``.
"""

import json
import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import joblib
import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import TruncatedSVD
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.pipeline import Pipeline

from questions import Question, make_questions
from tensors import safetensors_bytes

VECTOR_SIZE = 48


@dataclass(frozen=True, slots=True)
class Scores:
    """Accuracy on questions from phrasings that training never saw."""

    intent: float
    priority: float
    questions: int


def features(questions: Sequence[Question]) -> NDArray[np.float64]:
    """What the priority model looks at: (questions, 6)."""
    rows = [
        [
            len(question.text),
            question.text.count("!"),
            sum(
                word in question.text
                for word in ("ridiculous", "disappointed", "unaccept", "third")
            ),
            question.days_waiting,
            question.earlier_contacts,
            float(question.subscriber),
        ]
        for question in questions
    ]
    return np.asarray(rows, dtype=np.float64)


def train(out: Path, *, seed: int) -> Scores:
    """Train on one side of the split, measure on the other, write everything to ``out``."""
    known = make_questions(seed=seed, per_template=25, held_out=False)
    unseen = make_questions(seed=seed, per_template=25, held_out=True)
    out.mkdir(parents=True, exist_ok=True)

    intent = _train_intent(known, seed)
    joblib.dump(intent, out / "intent.joblib", compress=3)
    with (out / "vectorizer.pkl").open("wb") as file:
        pickle.dump(intent.named_steps["words"], file)

    priority = RandomForestClassifier(n_estimators=40, max_depth=8, random_state=seed)
    priority.fit(features(known), [question.priority for question in known])
    with (out / "priority.pkl").open("wb") as file:
        pickle.dump(priority, file)

    _write_vectors(out, intent, known, seed)
    scores = Scores(
        intent=_accuracy(intent.predict(_texts(unseen)), [q.intent for q in unseen]),
        priority=_accuracy(priority.predict(features(unseen)), [q.priority for q in unseen]),
        questions=len(unseen),
    )
    report = {"held_out_questions": scores.questions, "seed": seed}
    report |= {"intent_accuracy": scores.intent, "priority_accuracy": scores.priority}
    (out / "metrics.json").write_text(json.dumps(report, indent=2) + "\n")
    return scores


def _train_intent(known: Sequence[Question], seed: int) -> Pipeline:
    pipeline = Pipeline(
        [
            ("words", TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)),
            ("intent", LogisticRegression(C=8.0, max_iter=400, random_state=seed)),
        ]
    )
    return pipeline.fit(_texts(known), [question.intent for question in known])


def _write_vectors(out: Path, intent: Pipeline, known: Sequence[Question], seed: int) -> None:
    """Question vectors for "similar tickets", and one vector an intent for canned answers."""
    counts = intent.named_steps["words"].transform(_texts(known))
    reduce = TruncatedSVD(n_components=VECTOR_SIZE, random_state=seed)
    vectors = reduce.fit_transform(counts).astype(np.float32)
    np.save(out / "embeddings.npy", vectors)
    np.savez(out / "projection.npz", components=reduce.components_.astype(np.float32))
    intents = sorted({question.intent for question in known})
    labels = np.asarray([question.intent for question in known])
    centers = np.stack([vectors[labels == name].mean(axis=0) for name in intents])
    data = safetensors_bytes({"answers": centers}, {"intents": ",".join(intents)})
    (out / "answers.safetensors").write_bytes(data)


def _texts(questions: Sequence[Question]) -> list[str]:
    return [question.text for question in questions]


def _accuracy(predicted: Sequence[str], true: Sequence[str]) -> float:
    return round(float(accuracy_score(true, predicted)), 4)
