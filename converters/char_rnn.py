"""Migrate a character-level language model and let it write, one character at a time through `step`.

python -m converters.char_rnn MODEL OUTPUT --prime "It was " --length 200 --temperature 0.5
"""

from __future__ import annotations

from typing import Any

import numpy as np

import tf1compat
from converters import recipe


def write(model: tf1compat.MigratedModel, step: Any, vocabulary: tuple[str, ...], options: Any) -> str:
    """The prime and what the model makes of it: each character is fed to `step`, its state handed on."""
    (data,), scores, random = data_of(step), scores_of(step), np.random.default_rng(options.seed)
    shapes = {each.alias: [size or 1 for size in each.shape.dims] for each in step.inputs}
    state = {alias: np.zeros(shape) for alias, shape in shapes.items() if alias != data.alias}
    text: str = options.prime or vocabulary[0]
    known = len(text)
    for position in range(known + options.length - 1):
        number = vocabulary.index(text[position])
        fed = number if data.dtype.is_integer else np.eye(len(vocabulary))[number]
        outputs = model.predict("step", {data.alias: np.broadcast_to(fed, shapes[data.alias]), **state})
        state = {alias: outputs[alias] for alias in state}
        if position >= known - 1:
            *_, last = outputs[scores.alias].astype(np.float64).reshape(-1, len(vocabulary))
            logits = last if scores.role == "logits" else np.log(np.maximum(last, 1e-300))
            # The argmax with Gumbel noise is a fair draw from the softmax; without noise it is the likeliest.
            text += vocabulary[np.argmax(logits + options.temperature * random.gumbel(size=len(logits)))]
    return text


def data_of(step: Any) -> list[Any]:
    """The inputs that `step` does not return: they are no state."""
    returned = {each.alias for each in step.outputs}
    return [each for each in step.inputs if each.alias not in returned]


def scores_of(step: Any) -> Any:
    """The probabilities, else the logits, else None."""
    by_role = {each.role: each for each in reversed(step.outputs)}
    return by_role.get("probabilities", by_role.get("logits"))


def check(options: Any, step: Any, vocabulary: tuple[str, ...] | None) -> None:
    """Raises Tf1CompatError for a model of another family, or a vocabulary of another model."""
    shapes_known = step is not None and all(each.shape.dims for each in step.inputs)
    if not (shapes_known and scores_of(step) and len(data_of(step)) == 1):
        raise tf1compat.Tf1CompatError(f"'{options.model}' is no language model: no 'step' gives scores")
    known, unknown = scores_of(step).shape.dims[-1], set(options.prime) - set(vocabulary or options.prime)
    if vocabulary is not None and (known != len(vocabulary) or unknown):
        found = f"no {unknown.pop()!r}" if unknown else f"{len(vocabulary)} characters, the model {known}"
        raise tf1compat.Tf1CompatError(f"the vocabulary has {found}")


def _temperature(text: str) -> float:
    return 0.0 if text == "greedy" else float(text)


def main() -> int:
    """Migrate, report, write."""
    parser = recipe.arguments("Migrate a character-level language model and let it write.")
    add = parser.add_argument
    add("--prime", default="The ", help="what it reads first (default: %(default)r)")
    add("--length", type=int, default=200, help="characters to write (default: %(default)s)")
    add("--temperature", type=_temperature, default="0.5", help="a number, or greedy (default: %(default)s)")
    add("--seed", type=int, default=0, help="of the draws (default: %(default)s)")
    options = parser.parse_args()
    plan, vocabulary = tf1compat.plan(options.model), recipe.vocabulary(options)
    step = next((each for each in plan.signatures if each.name == "step"), None)
    check(options, step, vocabulary)
    model = recipe.migrated(options, plan)
    if model is not None and vocabulary is not None:
        print(write(model, step, vocabulary, options))
    return 1 if model is None else 0


if __name__ == "__main__":
    recipe.run(main)
