"""Migrate a recurrent text classifier, name its neurons, and let it classify.

python -m converters.sequence_classifier MODEL OUTPUT --labels classes.txt --classify "some text" "another"
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from tabulate import tabulate

import tf1compat
from converters import recipe


def encode(texts: Sequence[str], vocabulary: tuple[str, ...]) -> dict[str, Any]:
    """By role: ids padded with 0, [batch, time], and lengths, [batch]; of words where tokens are words."""
    by_words = any(len(token) > 1 and not token.startswith("<") for token in vocabulary)
    tokens = [text.split() if by_words else list(text) for text in texts]
    number = {token: position for position, token in enumerate(vocabulary)}
    unknown = sorted({token for each in tokens for token in each if token not in number})
    if unknown:
        raise tf1compat.Tf1CompatError(f"not in the vocabulary: {', '.join(map(repr, unknown))}")
    lengths = np.array([len(each) for each in tokens])
    ids = np.zeros((len(tokens), max(lengths)), np.int64)
    for row, each in enumerate(tokens):
        ids[row, : len(each)] = [number[token] for token in each]
    return {"data": ids, "sequence_length": lengths}


def roles_of_inputs(model: str, signature: Any) -> dict[str, str]:
    """What each alias stands for; raises Tf1CompatError unless ids and lengths are all there is to feed."""
    findings = tf1compat.inspect(model).findings
    known = {each.tensor: each.role for each in findings.inputs}
    roles: dict[str, str] = {each.alias: known.get(each.tensor, "other") for each in signature.inputs}
    takes_ids = all(each.dtype.is_integer for each in signature.inputs)
    if not (findings.rnns and takes_ids and set(roles.values()) <= {"data", "sequence_length"}):
        raise tf1compat.Tf1CompatError(
            f"'{model}' is no recurrent classifier of ids and lengths; migrate it with: tf1compat migrate"
        )
    return roles


def table(texts: Sequence[str], labels: Any, outputs: dict[str, Any]) -> str:
    """One line a text: its class, and the score of every class."""
    rows = [
        [text, found.decode(), *(f"{score:.4f}" for score in row)]
        for text, found, row in zip(texts, outputs["classes"], outputs[labels.scores], strict=True)
    ]
    return tabulate(rows, ["text", "class", *labels.names], disable_numparse=True)


def main() -> int:
    """Migrate, report, classify."""
    parser = recipe.arguments("Migrate a recurrent classifier, name its neurons, and let it classify.")
    parser.add_argument("--labels", metavar="SOURCE", required=True, help="a file, or checkpoint:VARIABLE")
    parser.add_argument("--classify", metavar="TEXT", nargs="+", default=[])
    options = parser.parse_args()
    plan, vocabulary = tf1compat.plan(options.model, labels=options.labels), recipe.vocabulary(options)
    roles = roles_of_inputs(options.model, plan.signatures[0])
    if options.classify and vocabulary is None:
        raise tf1compat.Tf1CompatError("no vocabulary beside the model to make ids of; give --vocabulary")
    arrays = encode(options.classify, vocabulary) if options.classify and vocabulary else {}
    model = recipe.migrated(options, plan)
    if model is None:
        return 1
    print(tabulate(enumerate(model.labels or ()), ["neuron", "class"]))
    if arrays:
        feeds = {alias: arrays[role] for alias, role in roles.items()}
        print("\n" + table(options.classify, plan.labels, model.predict(plan.signatures[0].name, feeds)))
    return 0


if __name__ == "__main__":
    recipe.run(main)
