"""Ops that draw random numbers, or give another value in every run for another reason."""

from __future__ import annotations

UNIFORM_INT = frozenset({"RandomUniformInt"})
#: Real numbers, all equally likely.
UNIFORM = frozenset({"RandomUniform", "StatelessRandomUniform"})
TRUNCATED_NORMAL = frozenset({"TruncatedNormal"})
#: Ops that draw from a distribution as dropout does, or as noise.
RANDOM = UNIFORM | UNIFORM_INT | TRUNCATED_NORMAL | {"RandomStandardNormal"}
MULTINOMIAL = frozenset({"Multinomial"})
#: Draws of classes that a sampled loss is taken over.
CANDIDATE_SAMPLERS = frozenset({
    "LogUniformCandidateSampler", "UniformCandidateSampler", "LearnedUnigramCandidateSampler",
    "FixedUnigramCandidateSampler", "ThreadUnsafeUnigramCandidateSampler", "AllCandidateSampler",
})  # fmt: skip
SHUFFLE = frozenset({"RandomShuffle"})
TIMESTAMP = frozenset({"Timestamp"})
#: Ops that give another value in every run: they draw from a generator that goes on, or tell the time.
DRAWS = (RANDOM - {"StatelessRandomUniform"}) | MULTINOMIAL | CANDIDATE_SAMPLERS | SHUFFLE | TIMESTAMP | {
    "RandomGamma", "RandomPoisson", "RandomPoissonV2", "RandomCrop", "ParameterizedTruncatedNormal",
    "SampleDistortedBoundingBox", "SampleDistortedBoundingBoxV2", "FractionalMaxPool", "FractionalAvgPool",
}  # fmt: skip
#: Ops that draw the same numbers in every run, for the seed that they are given.
STATELESS_DRAWS = frozenset({"StatelessRandomUniform", "StatelessRandomNormal", "StatelessMultinomial"})
