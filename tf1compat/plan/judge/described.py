"""What is to be said of a Keras model that is only described: which of its layers Keras cannot make by itself."""

from __future__ import annotations

from tf1compat.plan.judge.judge import Judgement
from tf1compat.plan.judge.notes import Note
from tf1compat.source.keras.code import reason_of_need, remedy_of_need
from tf1compat.source.keras.description import KerasDescription


def judge_described(description: KerasDescription) -> Judgement:
    """A blocker for each layer that needs code of others."""
    return Judgement(
        blockers=tuple(
            Note("layer-code", each.layer, reason_of_need(each), remedy_of_need(each))
            for each in description.code_needed
        )
    )
