"""CudnnRNN layers as text graphs: as TF1's layers build them, and what a Saver restores them with."""

from __future__ import annotations

from dataclasses import dataclass

ROLES = {
    "lstm": ("kernel", "bias"),
    "rnn_tanh": ("kernel", "bias"),
    "rnn_relu": ("kernel", "bias"),
    "gru": (
        "gates/kernel", "gates/bias", "candidate/input_projection/kernel", "candidate/input_projection/bias",
        "candidate/hidden_projection/kernel", "candidate/hidden_projection/bias",
    ),
}  # fmt: skip
CELLS = {
    "lstm": "cudnn_compatible_lstm_cell", "gru": "cudnn_compatible_gru_cell",
    "rnn_tanh": "basic_rnn_cell", "rnn_relu": "basic_rnn_cell",
}  # fmt: skip
PIECES = {"lstm": 8, "gru": 6, "rnn_tanh": 2, "rnn_relu": 2}


@dataclass(frozen=True)
class Cudnn:
    """One CudnnRNN, named `net/CudnnRNN`, whose buffer is `net/opaque_kernel`."""

    mode: str = "lstm"
    layers: int = 1
    both: bool = False
    units: int = 2
    inputs: int = 3
    op: str = "CudnnRNN"
    batch_major: bool = False
    input_mode: str = "linear_input"

    @property
    def directions(self) -> int:
        return 2 if self.both else 1

    @property
    def rows(self) -> int:
        return self.layers * self.directions

    def state(self) -> tuple[int | None, ...]:
        return (None, self.rows, self.units) if self.batch_major else (self.rows, None, self.units)

    def text(self) -> str:
        state = f"shape{self.state()}"
        third = ", lengths" if self.op == "CudnnRNNV3" else ""
        direction = "bidirectional" if self.both else "unidirectional"
        major = f"; time_major={not self.batch_major}" if third else ""
        return f"""
            x = Placeholder() dtype=float32; shape=shape(None, None, {self.inputs})
            h = Placeholder() dtype=float32; shape={state}
            c = Placeholder() dtype=float32; shape={state}
            lengths = Placeholder() dtype=int32; shape=shape(None)
            net/opaque_kernel = VariableV2() dtype=float32; shape=shape(...)
            net/opaque_kernel/read = Identity(net/opaque_kernel) T=float32
            net/CudnnRNN = {self.op}(x, h, c, net/opaque_kernel/read{third}) T=float32; rnn_mode="{self.mode}"; \
direction="{direction}"; input_mode="{self.input_mode}"; dropout=0.0; is_training=False{major}
        """

    def middles(self) -> list[str]:
        """The part of the keys that tells layer and direction, in order."""
        if not self.both:
            return [f"rnn/multi_rnn_cell/cell_{layer}" for layer in range(self.layers)]
        return [
            f"stack_bidirectional_rnn/cell_{layer}/bidirectional_rnn/{side}"
            for layer in range(self.layers)
            for side in ("fw", "bw")
        ]

    def keys(self, scope: str = "net") -> list[str]:
        start = f"{scope}/" if scope else ""
        return [
            f"{start}{middle}/{CELLS[self.mode]}/{role}"
            for middle in self.middles()
            for role in ROLES[self.mode]
        ]

    def shapes(self, scope: str = "net") -> dict[str, tuple[int, ...]]:
        """The shape of each canonical weight."""
        found = {}
        for number, key in enumerate(self.keys(scope)):
            row = number // len(ROLES[self.mode])
            width = self.units * self.directions if row >= self.directions else self.inputs
            found[key] = self._shape(key, width)
        return found

    def _shape(self, key: str, width: int) -> tuple[int, ...]:
        units, gates = self.units, {"lstm": 4, "gru": 2}.get(self.mode, 1)
        if "input_projection/kernel" in key:
            return (width, units)
        if "hidden_projection/kernel" in key:
            return (units, units)
        if key.endswith("kernel"):
            return (width + units, gates * units)
        return (units,) if "projection" in key else (gates * units,)

    def saver(self, keys: list[str]) -> str:
        """What restores the buffer from these keys, pieces cut the way a Saver cuts them."""
        quoted, types = ", ".join(map(repr, keys)), ", ".join(["float32"] * len(keys))
        lines = [
            "save/Const = Const() dtype=string; value=tensor(string, 'model')",
            f"save/names = Const() dtype=string; value=tensor(string, [{quoted}])",
            f"save/slices = Const() dtype=string; value=tensor(string, {[''] * len(keys)})",
            f"save/RestoreV2 = RestoreV2(save/Const, save/names, save/slices) dtypes=[{types}]",
            "save/axis = Const() dtype=int32; value=tensor(int32, 0)",
            "save/flat = Const() dtype=int32; value=tensor(int32, [-1])",
            "save/half = Const() dtype=float32; value=tensor(float32, 0.5)",
        ]
        weights, biases = [], []
        for row in range(self.rows):
            first = row * len(ROLES[self.mode])
            for piece in range(PIECES[self.mode]):
                weight, bias = self._behind(piece)
                lines += [
                    f"save/w{row}_{piece} = Split(save/axis, save/RestoreV2:{first + weight}) num_split=1; T=float32",
                    f"save/W{row}_{piece} = Reshape(save/w{row}_{piece}, save/flat) T=float32",
                    f"save/b{row}_{piece} = Mul(save/RestoreV2:{first + bias}, save/half) T=float32",
                ]
                weights.append(f"save/W{row}_{piece}")
                biases.append(f"save/b{row}_{piece}")
        inputs = ", ".join(["save/axis"] * 3 + weights + biases)
        direction = "bidirectional" if self.both else "unidirectional"
        lines += [
            f"save/made = CudnnRNNCanonicalToParams({inputs}) T=float32; "
            f'rnn_mode="{self.mode}"; direction="{direction}"; num_params={len(weights)}',
            "save/Assign = Assign(net/opaque_kernel, save/made) T=float32; validate_shape=False",
            "save/restore_all = NoOp(^save/Assign)",
        ]
        return "\n".join(lines)

    def _behind(self, piece: int) -> tuple[int, int]:
        """Which of a layer's weights, and which of its biases, a piece is cut from."""
        if self.mode != "gru":
            return 0, 1
        return {2: (2, 3), 5: (4, 5)}.get(piece, (0, 1))
