"""What of a configuration Keras makes by itself, without code of anybody else: classes and functions by name."""

from __future__ import annotations

#: A layer that runs code of the file.
LAMBDA = "Lambda"

_LAYERS_NAMES = """
AbstractRNNCell Activation ActivityRegularization Add AddLoss AddMetric AdditiveAttention AlphaDropout Attention
Average AveragePooling1D AveragePooling2D AveragePooling3D AvgPool1D AvgPool2D AvgPool3D BatchNormalization
BatchNormalizationV1 BatchNormalizationV2 Bidirectional CategoryEncoding CenterCrop Concatenate Conv1D
Conv1DTranspose Conv2D Conv2DTranspose Conv3D Conv3DTranspose ConvLSTM1D ConvLSTM2D ConvLSTM3D ConvLSTM2DCell
Convolution1D Convolution1DTranspose Convolution2D Convolution2DTranspose Convolution3D Convolution3DTranspose
Cropping1D Cropping2D Cropping3D CuDNNGRU CuDNNLSTM Deconvolution2D Dense DenseFeatures DepthwiseConv1D
DepthwiseConv2D DeviceWrapper Discretization Dot Dropout DropoutWrapper ELU EinsumDense Embedding Flatten
Functional GRU GRUCell GRUCellV1 GRUCellV2 GRUV1 GRUV2 GaussianDropout GaussianNoise GlobalAveragePooling1D
GlobalAveragePooling2D GlobalAveragePooling3D GlobalAvgPool1D GlobalAvgPool2D GlobalAvgPool3D GlobalMaxPool1D
GlobalMaxPool2D GlobalMaxPool3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D GroupNormalization
HashedCrossing Hashing Identity Input InputLayer InputSpec IntegerLookup LSTM LSTMCell LSTMCellV1 LSTMCellV2
LSTMV1 LSTMV2 Layer LayerNormalization LeakyReLU LinearModel LocallyConnected1D LocallyConnected2D Masking
MaxPool1D MaxPool2D MaxPool3D MaxPooling1D MaxPooling2D MaxPooling3D Maximum Merge Minimum Model
MultiHeadAttention Multiply Normalization PReLU Permute RNN RandomBrightness RandomContrast RandomCrop RandomFlip
RandomHeight RandomRotation RandomTranslation RandomWidth RandomZoom ReLU RepeatVector Rescaling Reshape
ResidualWrapper Resizing SeparableConv1D SeparableConv2D SeparableConvolution1D SeparableConvolution2D
SequenceFeatures Sequential SimpleRNN SimpleRNNCell SlicingOpLambda Softmax SpatialDropout1D SpatialDropout2D
SpatialDropout3D StackedRNNCells StringLookup Subtract TFOpLambda TensorFlowOpLayer TensorShape TextVectorization
ThresholdedReLU TimeDistributed TimeDistributedDense UnitNormalization UpSampling1D UpSampling2D UpSampling3D
WideDeepModel Wrapper ZeroPadding1D ZeroPadding2D ZeroPadding3D
"""
LAYERS = frozenset(_LAYERS_NAMES.split())

#: What else a configuration describes: it says how weights begin and are kept, and has no part in what is computed.
_OTHERS_NAMES = """
Constant GlorotNormal GlorotUniform HeNormal HeUniform Identity LecunNormal LecunUniform Ones Orthogonal
RandomNormal RandomUniform TruncatedNormal VarianceScaling Zeros L1 L1L2 L2 OrthogonalRegularizer MaxNorm
MinMaxNorm NonNeg RadialConstraint UnitNorm Policy PolicyV1 DTypePolicy WeightRegularizer ActivityRegularizer
__tuple__ TypeSpec BoundedTensorSpec NumericColumn EmbeddingColumn CategoricalColumn BucketizedColumn
IndicatorColumn IdentityCategoricalColumn HashedCategoricalColumn VocabularyListCategoricalColumn CrossedColumn
"""
OTHERS = frozenset(_OTHERS_NAMES.split())

_ACTIVATIONS_NAMES = """
elu exponential gelu hard_sigmoid linear mish relu selu sigmoid softmax softplus softsign swish tanh
"""
ACTIVATIONS = frozenset(_ACTIVATIONS_NAMES.split())
#: The keys of a layer's configuration that name a function.
ACTIVATION_KEYS = ("activation", "recurrent_activation", "inner_activation")

#: Functions of TensorFlow that only compute, by the names under which tf.keras writes them (`math.add`): the modules
#: that hold nothing else, and those at the top. Others read and write files, load libraries or run Python.
_MODULE_NAMES = (
    "math nn linalg signal image strings sparse ragged bitwise random sets quantization __operators__"
)
_PURE_MODULES = frozenset(_MODULE_NAMES.split())
_PURE_FUNCTIONS_NAMES = """
abs acos add add_n argmax argmin argsort asin atan atan2 batch_to_space boolean_mask broadcast_to cast ceil
clip_by_norm clip_by_value complex concat convert_to_tensor cos cosh cumsum divide einsum equal exp expand_dims
eye fill floor gather gather_nd greater greater_equal identity less less_equal logical_and logical_not logical_or
matmul maximum meshgrid minimum multiply negative norm not_equal one_hot ones ones_like pad pow range rank
realdiv reduce_all reduce_any reduce_logsumexp reduce_max reduce_mean reduce_min reduce_prod reduce_sum repeat
reshape reverse reverse_sequence roll round rsqrt scatter_nd sequence_mask shape sigmoid sign sin sinh size slice
softmax sort space_to_batch split sqrt square squeeze stack stop_gradient strided_slice subtract tan tanh
tensor_scatter_nd_add tensor_scatter_nd_update tensordot tile transpose truediv unique unstack where zeros
zeros_like
"""
_PURE_FUNCTIONS = frozenset(_PURE_FUNCTIONS_NAMES.split())


def is_pure_function(name: str) -> bool:
    """Whether a function of TensorFlow, as `TFOpLambda` names it, does nothing but compute."""
    module, _, function = name.removeprefix("compat.v1.").rpartition(".")
    return module.split(".")[0] in _PURE_MODULES if module else function in _PURE_FUNCTIONS
