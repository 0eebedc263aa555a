"""Field numbers of Core ML messages, as far as code, paths and weights can stand in them.

Facts from https://apple.github.io/coremltools/mlmodel/index.html (specification version 9).
"""

TYPES = {
    200: "pipelineClassifier", 201: "pipelineRegressor", 202: "pipeline", 300: "glmRegressor",
    301: "supportVectorRegressor", 302: "treeEnsembleRegressor", 303: "neuralNetworkRegressor",
    304: "bayesianProbitRegressor", 400: "glmClassifier", 401: "supportVectorClassifier",
    402: "treeEnsembleClassifier", 403: "neuralNetworkClassifier",
    404: "kNearestNeighborsClassifier", 500: "neuralNetwork", 501: "itemSimilarityRecommender",
    502: "mlProgram", 555: "customModel", 556: "linkedModel", 560: "classConfidenceThresholding",
    600: "oneHotEncoder", 601: "imputer", 602: "featureVectorizer", 603: "dictVectorizer",
    604: "scaler", 606: "categoricalMapping", 607: "normalizer", 609: "arrayFeatureExtractor",
    610: "nonMaximumSuppression", 900: "identity", 2000: "textClassifier", 2001: "wordTagger",
    2002: "visionFeaturePrint", 2003: "soundAnalysisPreprocessing", 2004: "gazetteer",
    2005: "wordEmbedding", 2006: "audioFeaturePrint", 3000: "serializedModel",
}  # fmt: skip
"""Model types by their field in ``Model``."""

PIPELINES_WRAPPED = frozenset({200, 201})
PIPELINE = 202
NETWORKS = frozenset({303, 403, 500})
PROGRAM = 502
CUSTOM_MODEL = 555
LINKED_MODEL = 556
OPAQUE = frozenset({2000, 2001, 2004, 2005, 3000})
"""Types whose content is data for a parser that is not documented."""

LAYER_PARTS = frozenset({1, 2, 3, 4, 5, 10})
LAYERS = frozenset(
    int(number)
    for number in """100 120 130 140 150 160 165 170 175 180 190 200 210 211 212 220 230 231 240 245
    250 260 261 270 280 290 300 301 310 320 330 340 345 350 400 410 420 430 500 600 605 615 620 625
    635 640 660 665 670 680 685 700 710 715 720 730 735 740 750 755 760 770 775 780 790 795 815 820
    825 827 830 832 840 845 850 855 865 870 875 880 885 890 895 900 905 920 925 930 935 940 945 950
    952 954 960 965 975 980 985 995 1000 1005 1015 1020 1025 1040 1045 1065 1070 1080 1085 1090 1100
    1105 1110 1120 1125 1130 1135 1140 1145 1150 1155 1170 1175 1180 1190 1195 1200 1210 1215 1220
    1230 1250 1255 1260 1265 1270 1275 1280 1285 1290 1295 1313 1315 1320 1325 1330 1350 1400 1450
    1455 1460 1461 1465 1466 1470 1471""".split()
)
"""Fields of ``NeuralNetworkLayer`` that hold a layer's parameters."""

CUSTOM_LAYER = 500
CUSTOM_WEIGHTS = 20

SUBNETWORKS = {605: frozenset({1, 2}), 615: frozenset({3, 4})}
"""Layers with networks inside (branch, loop), and the fields of those."""

_RECURRENT = frozenset({30, 31, 32})
_GATED = _RECURRENT | {50, 51, 52, 70, 71, 72}

WEIGHTS = {
    100: frozenset({90, 91}), 140: frozenset({20, 21}), 150: frozenset({20, 21}),
    160: frozenset({15, 16, 17, 18}), 245: frozenset({2, 5}), 250: frozenset({2}),
    290: frozenset({2}), 400: _RECURRENT, 410: _GATED, 500: frozenset({CUSTOM_WEIGHTS}),
    1040: frozenset({20, 21}), 1045: frozenset({8, 9}), 1070: frozenset({2}),
    1350: frozenset({3, 4}), 1471: frozenset({60, 61}),
}  # fmt: skip
"""Fields of a layer's parameters that are ``WeightParams``."""

WEIGHT_GROUPS = {
    420: {20: frozenset(range(1, 70))},
    430: {20: frozenset(range(1, 70))},
    130: {25: frozenset({1}), 71: frozenset({1, 2})},
}
"""Fields that are messages made of ``WeightParams`` (LSTM weights, learned activations)."""

MIL_DTYPES = {
    1: ("bool", 8), 10: ("float16", 16), 11: ("float32", 32), 12: ("float64", 64),
    13: ("bfloat16", 16), 21: ("int8", 8), 22: ("int16", 16), 23: ("int32", 32),
    24: ("int64", 64), 25: ("int4", 4), 31: ("uint8", 8), 32: ("uint16", 16), 33: ("uint32", 32),
    34: ("uint64", 64), 35: ("uint4", 4), 36: ("uint2", 2), 37: ("uint1", 1), 38: ("uint6", 6),
    39: ("uint3", 3), 40: ("float8_e4m3fn", 8), 41: ("float8_e5m2", 8),
}  # fmt: skip
"""``MILSpec.DataType``: name and width in bits."""
