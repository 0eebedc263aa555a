"""Names of operations that OpenVINO brings itself, and those of its tokenizer library."""

STANDARD = frozenset(
    """
    Abs Acos Acosh AdaptiveAvgPool AdaptiveMaxPool Add Asin Asinh Assign Atan Atanh AvgPool
    BatchNormInference BatchToSpace BinaryConvolution BitwiseAnd BitwiseLeftShift BitwiseNot
    BitwiseOr BitwiseRightShift BitwiseXor Broadcast Bucketize CTCGreedyDecoder
    CTCGreedyDecoderSeqLen CTCLoss Ceiling Clamp Col2Im Concat Const Convert ConvertLike
    ConvertPromoteTypes Convolution ConvolutionBackpropData Cos Cosh CumSum DFT
    DeformableConvolution DeformablePSROIPooling DepthToSpace DetectionOutput Divide Einsum Elu
    EmbeddingBagOffsets EmbeddingBagOffsetsSum EmbeddingBagPacked EmbeddingBagPackedSum
    EmbeddingSegmentsSum Equal Erf Exp ExperimentalDetectronDetectionOutput
    ExperimentalDetectronGenerateProposalsSingleImage ExperimentalDetectronPriorGridGenerator
    ExperimentalDetectronROIFeatureExtractor ExperimentalDetectronTopKROIs ExtractImagePatches Eye
    FakeConvert FakeQuantize Floor FloorMod GRUCell GRUSequence Gather GatherElements GatherND
    GatherTree Gelu GenerateProposals Greater GreaterEqual GridSample GroupConvolution
    GroupConvolutionBackpropData GroupNormalization HSigmoid HSwish HardSigmoid I420toBGR
    I420toRGB IDFT IRDFT ISTFT Identity If Interpolate Inverse IsFinite IsInf IsNaN LRN LSTMCell
    LSTMSequence Less LessEqual Log LogSoftmax LogicalAnd LogicalNot LogicalOr LogicalXor Loop MVN
    MatMul MatrixNms MaxPool Maximum Minimum Mish Mod MulticlassNms Multinomial Multiply
    NMSRotated NV12toBGR NV12toRGB Negative NonMaxSuppression NonZero NormalizeL2 NotEqual OneHot
    PReLU PSROIPooling Pad Parameter Power PriorBox PriorBoxClustered Proposal RDFT RNNCell
    RNNSequence ROIAlign ROIAlignRotated ROIPooling RandomUniform Range ReLU ReadValue ReduceL1
    ReduceL2 ReduceLogicalAnd ReduceLogicalOr ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum
    RegionYolo ReorgYolo Reshape Result Reverse ReverseSequence Roll Round STFT
    ScaledDotProductAttention ScatterElementsUpdate ScatterNDUpdate ScatterUpdate SearchSorted
    SegmentMax Select Selu ShapeOf ShuffleChannels Sigmoid Sign Sin Sinh Slice SliceScatter
    SoftMax SoftPlus SoftSign SpaceToBatch SpaceToDepth SparseFillEmptyRows Split Sqrt
    SquaredDifference Squeeze StridedSlice StringTensorPack StringTensorUnpack Subtract Swish Tan
    Tanh TensorIterator Tile TopK Transpose Unique Unsqueeze VariadicSplit Xor
    """.split()
)
"""Operations of ``opset1`` to ``opset16``, by the type that documents name (OpenVINO 2026.4)."""

TOKENIZERS = frozenset(
    """
    BPETokenizer ByteFallback BytesToChars CaseFold CharsMapNormalization CharsToBytes
    CombineSegments EqualStr FuzeRagged NormalizeUnicode NumericToString RaggedToDense
    RaggedToRagged RaggedToSparse RegexNormalization RegexSplit SentencepieceDetokenizer
    SentencepieceStreamDetokenizer SentencepieceTokenizer SpecialTokensSplit StringTensorPack
    StringTensorUnpack StringToHashBucket StringToNumeric TrieTokenizer Truncate UTF8Validate
    UnigramTokenizer VocabDecoder VocabEncoder WordpieceTokenizer
    """.split()
)
"""Operations of openvino-tokenizers, which documents name with the version ``extension``."""
