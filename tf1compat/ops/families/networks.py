"""What networks are made of: activations, losses, recurrent networks as one op, and what decodes them."""

from __future__ import annotations

SIGMOID = frozenset({"Sigmoid"})
TANH = frozenset({"Tanh"})
RELU = frozenset({"Relu"})
ACTIVATIONS = SIGMOID | TANH | RELU | {"Relu6", "Elu", "Selu", "LeakyRelu", "Softsign", "Softplus", "Sin"}
SOFTMAX = frozenset({"Softmax"})
LOG_SOFTMAX = frozenset({"LogSoftmax"})
CTC_LOSS = frozenset({"CTCLoss"})
SPARSE_CROSS_ENTROPY = frozenset({"SparseSoftmaxCrossEntropyWithLogits"})
CROSS_ENTROPY = frozenset({"SoftmaxCrossEntropyWithLogits"})
#: Losses that take logits as their first operand.
ENTROPIES = CROSS_ENTROPY | SPARSE_CROSS_ENTROPY | CTC_LOSS
IN_TOP_K = frozenset({"InTopK", "InTopKV2"})
BLOCK_LSTM = frozenset({"BlockLSTM", "BlockLSTMV2"})
LSTM_CELL = frozenset({"LSTMBlockCell"})
GRU_CELL = frozenset({"GRUBlockCell"})
#: The one version that takes lengths of sequences.
CUDNN_RNN_V3 = frozenset({"CudnnRNNV3"})
CUDNN_RNN_V1 = frozenset({"CudnnRNN"})
CUDNN_RNN = CUDNN_RNN_V1 | CUDNN_RNN_V3 | {"CudnnRNNV2"}
GATHER_TREE = frozenset({"GatherTree"})
CTC_DECODERS = frozenset({"CTCGreedyDecoder", "CTCBeamSearchDecoder"})
