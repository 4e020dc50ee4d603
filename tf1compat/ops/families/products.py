"""Products of matrices, convolutions, pooling, and what works on images."""

from __future__ import annotations

MATRIX_PRODUCT = frozenset({"MatMul"})
BATCH_MATRIX_PRODUCTS = frozenset({"BatchMatMul", "BatchMatMulV2", "BatchMatMulV3"})
MATRIX_PRODUCTS = MATRIX_PRODUCT | BATCH_MATRIX_PRODUCTS
#: Products of matrices in all forms.
CONTRACTIONS = MATRIX_PRODUCTS | {"SparseMatMul", "Einsum"}
CONVOLUTION_2D = frozenset({"Conv2D"})
CONVOLUTION_3D = frozenset({"Conv3D"})
#: A 1-D convolution is a 2-D one with an axis put in.
CONVOLUTIONS = CONVOLUTION_2D | CONVOLUTION_3D
#: The gradient of a convolution, which is a layer of its own.
TRANSPOSED_CONVOLUTIONS = frozenset({"Conv2DBackpropInput", "Conv3DBackpropInputV2"})
DEPTHWISE_CONVOLUTION = frozenset({"DepthwiseConv2dNative"})
POOLING = frozenset({"MaxPool", "AvgPool"})
RESIZING = frozenset({"ResizeBilinear", "ResizeBicubic", "ResizeNearestNeighbor", "ResizeArea"})
SUPPRESSIONS = frozenset({
    "NonMaxSuppression", "NonMaxSuppressionV2", "NonMaxSuppressionV3", "NonMaxSuppressionV4", "NonMaxSuppressionV5",
    "NonMaxSuppressionWithOverlaps", "CombinedNonMaxSuppression",
})  # fmt: skip
RESAMPLING = frozenset({"Resampler"})
PROJECTION = frozenset({"ImageProjectiveTransform"})
#: Products of matrices of which only some entries are asked for.
MASKED_PRODUCT = frozenset({"MaskedMatmul"})
#: Normalisations by the statistics of the batch, unless `is_training` is false.
FUSED_BATCH_NORMALISATION = frozenset({"FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"})
