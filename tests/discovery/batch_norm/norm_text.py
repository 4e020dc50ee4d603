"""Batch normalisation in training mode as text graphs, in the forms that TF1 wrote."""

from tests.discovery.model_text import FORWARD

#: The moments of `logits` over the batch, and the normalisation by them.
MOMENTS = """
    axes = Const() dtype=int32; value=tensor(int32, [0])
    mean = Mean(logits, axes) T=float32; keep_dims=True; _output_shapes=[shape(1, 3)]
    still = StopGradient(mean) T=float32; _output_shapes=[shape(1, 3)]
    apart = SquaredDifference(logits, still) T=float32; _output_shapes=[shape(None, 3)]
    variance = Mean(apart, axes) T=float32; keep_dims=True; _output_shapes=[shape(1, 3)]
    Squeeze = Squeeze(mean) T=float32; squeeze_dims=[0]; _output_shapes=[shape(3)]
    Squeeze_1 = Squeeze(variance) T=float32; squeeze_dims=[0]; _output_shapes=[shape(3)]
    epsilon = Const() dtype=float32; value=tensor(float32, 0.001)
    wide = Add(Squeeze_1, epsilon) T=float32; _output_shapes=[shape(3)]
    root = Rsqrt(wide) T=float32; _output_shapes=[shape(3)]
    scaled = Mul(logits, root) T=float32; _output_shapes=[shape(None, 3)]
    moved = Mul(Squeeze, root) T=float32; _output_shapes=[shape(3)]
    normal = Sub(scaled, moved) T=float32; _output_shapes=[shape(None, 3)]
"""
VARIABLES = """
    decay = Const() dtype=float32; value=tensor(float32, 0.1)
    seen/mean = VariableV2() dtype=float32; shape=shape(3)
    seen/mean/read = Identity(seen/mean) T=float32
    seen/variance = VariableV2() dtype=float32; shape=shape(3)
    seen/variance/read = Identity(seen/variance) T=float32
"""
#: `moving -= (moving - statistic) * (1 - decay)`, for both.
UPDATES = """
    off = Sub(seen/mean/read, Squeeze) T=float32
    step = Mul(off, decay) T=float32
    update = AssignSub(seen/mean, step) T=float32
    off_1 = Sub(seen/variance/read, Squeeze_1) T=float32
    step_1 = Mul(off_1, decay) T=float32
    update_1 = AssignSub(seen/variance, step_1) T=float32
"""
FUSED = """
    images = Reshape(logits, axes) T=float32; _output_shapes=[shape(None, 1, 1, 3)]
    axes = Const() dtype=int32; value=tensor(int32, [-1, 1, 1, 3])
    gamma = VariableV2() dtype=float32; shape=shape(3)
    none = Const() dtype=float32; value=tensor(float32, [])
    Squeeze = Identity(fused:1) T=float32
    Squeeze_1 = Identity(fused:2) T=float32
    fused = FusedBatchNorm(images, gamma, gamma, none, none) T=float32; is_training=True
    normal = Squeeze(fused) T=float32; _output_shapes=[shape(None, 3)]
"""
PREDICTED = FORWARD.replace("Softmax(logits)", "Softmax(normal)")
UNFUSED_MODEL = PREDICTED + MOMENTS + VARIABLES + UPDATES
FUSED_MODEL = PREDICTED + FUSED + VARIABLES + UPDATES
KEYS = ("w", "b", "gamma", "seen/mean", "seen/variance")
