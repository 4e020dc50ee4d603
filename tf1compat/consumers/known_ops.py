"""The ops that converters take, as their own registries have them.

`ONNX`: the registry of tf2onnx 1.17 for opset 17 (`tf2onnx.handler.tf_op`), less the ops that TensorFlow 1 graphs
cannot bring along. `TFLITE`: the ops that the converter of TensorFlow 2.21 lowers to built-in ops
(tensorflow/compiler/mlir/lite/transforms: legalize_patterns.td, prepare_tf.cc, lower_static_tensor_list.cc).
"""

from __future__ import annotations

_BOTH = """
    Abs Assert Add AddN AddV2 All Any ArgMax ArgMin AvgPool AvgPool3D BatchMatMul BatchMatMulV2 BatchMatMulV3
    BatchToSpaceND BiasAdd BroadcastTo Cast Ceil CheckNumerics Concat ConcatV2 Const Conv2D Conv2DBackpropInput Conv3D
    Cos Cumsum DepthToSpace DepthwiseConv2dNative Div DivNoNan Einsum Elu EnsureShape Equal Exp ExpandDims Fill Floor
    FloorDiv FloorMod FusedBatchNorm FusedBatchNormV3 Gather GatherNd GatherV2 Greater GreaterEqual HashTableV2
    Identity IdentityN If LeakyRelu Less LessEqual Log LogSoftmax LogicalAnd LogicalNot LogicalOr LookupTableFindV2
    LookupTableSizeV2 MatMul MatrixDiag MatrixDiagV3 MatrixSetDiagV3 Max MaxPool Maximum Mean Min Minimum MirrorPad Mul
    Neg NoOp NotEqual OneHot OnesLike Pack Pad PadV2 Placeholder PlaceholderWithDefault Pow Prod Range RealDiv
    Reciprocal Relu Relu6 Reshape ResizeBilinear ResizeNearestNeighbor ReverseSequence ReverseV2 Round Rsqrt ScatterNd
    SegmentSum Select SelectV2 Shape Sigmoid Sign Sin Slice Softmax Softplus Softsign SpaceToBatchND SpaceToDepth Split
    SplitV Sqrt Square SquaredDifference Squeeze StatelessIf StatelessWhile StopGradient StridedSlice Sub Sum Tanh
    TensorListFromTensor TensorListGetItem TensorListReserve TensorListSetItem TensorListStack TensorScatterUpdate Tile
    TopKV2 Transpose Unique Unpack UnsortedSegmentMax UnsortedSegmentMin UnsortedSegmentProd UnsortedSegmentSum Where
    While ZerosLike
"""
_ONNX_ALONE = """
    Acos Acosh AsString Asin Asinh Atan Atan2 Atanh BiasAddV1 Bincount ClipByValue ComplexAbs ConstV2 Cosh CropAndResize
    Cumprod DynamicPartition DynamicStitch Erf ExtractImagePatches FusedBatchNormV2 InvertPermutation IsFinite IsInf
    IsNan LRN LSTMBlockCell LeftShift MatrixBandPart MatrixDeterminant MatrixDiagPart MatrixDiagPartV3 MaxPool3D
    MaxPoolV2 Multinomial NonMaxSuppressionV2 NonMaxSuppressionV3 ParallelDynamicStitch RandomShuffle
    RandomStandardNormal RandomUniform RandomUniformInt ResizeBicubic RightShift Rint Roll SegmentMax SegmentMean
    SegmentMin SegmentProd Selu Sinh Size SparseFillEmptyRows SparseReshape SparseSegmentMean SparseSegmentSqrtN
    SparseSegmentSum SparseToDense StringLower StringToNumber StringUpper Tan TensorListLength TensorListResize
    TensorScatterAdd TensorScatterSub TruncateDiv
"""
_TFLITE_ALONE = """
    Atan2 BroadcastArgs ClipByValue ComplexAbs Conv3DBackpropInputV2 Cumprod Digamma EmptyTensorList Erf Expm1
    FusedBatchNormV2 Imag Inv InvertPermutation IsFinite IsInf IsNan LRN MatrixDiagPartV3 Multinomial
    NonMaxSuppressionV4 NonMaxSuppressionV5 PreventGradient RandomStandardNormal RandomUniform Rank Real RFFT Rint
    Selu Size Snapshot SparseToDense TensorListGather TensorListLength TensorListPushBack TensorListResize
    TensorListScatterIntoExistingList TensorScatterAdd TensorScatterSub TruncateDiv Xdivy Xlogy Log1p MatrixBandPart
    Cosh Sinh Tan
"""
ONNX = frozenset((_BOTH + _ONNX_ALONE).split())
TFLITE = frozenset((_BOTH + _TFLITE_ALONE).split())
