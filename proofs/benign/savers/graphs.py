"""Graphs as vendors save them: Core ML, OpenVINO IR, PMML. The argument says which of them."""

# ruff: noqa: E501 (a table reads better with one entry a line)

import os
import sys
import warnings

import numpy as np
from record import Shelf

RANDOM = np.random.RandomState(0)


def weights(*shape):
    """Random float32 weights."""
    return RANDOM.rand(*shape).astype(np.float32)


def core_ml(out):
    """Both kinds of Core ML file, by coremltools' builders and converters."""
    import coremltools
    from coremltools.converters.mil import Builder, register_torch_op  # noqa: F401
    from coremltools.models import MLModel, datatypes
    from coremltools.models.neural_network import NeuralNetworkBuilder

    shelf = Shelf(out, "coremltools")

    def builder(inputs, outputs, **more):
        made = NeuralNetworkBuilder(
            [(name, datatypes.Array(size)) for name, size in inputs],
            [(name, datatypes.Array(size)) for name, size in outputs],
            **more,
        )
        made.spec.description.metadata.author = "Seamark"
        made.spec.description.metadata.license = "Apache-2.0"
        made.spec.description.metadata.shortDescription = "A small network"
        made.spec.description.metadata.userDefined["note"] = "see ../notes and /tmp, it's fine"
        return made

    def dense(path):
        made = builder([("x", 4)], [("y", 2)])
        made.add_inner_product("d", weights(2, 4), weights(2), 4, 2, True, "x", "h")
        made.add_activation("a", "RELU", "h", "y")
        coremltools.utils.save_spec(made.spec, path)

    def convolution(path):
        made = NeuralNetworkBuilder(
            [("x", datatypes.Array(3, 8, 8))], [("y", datatypes.Array(4, 8, 8))]
        )
        made.add_convolution(
            "c",
            3,
            4,
            3,
            3,
            1,
            1,
            "same",
            1,
            weights(3, 3, 3, 4),
            weights(4),
            True,
            input_name="x",
            output_name="h",
        )
        made.add_batchnorm("b", 4, weights(4), weights(4), weights(4), weights(4), "h", "y")
        coremltools.utils.save_spec(made.spec, path)

    def lstm(path):
        made = NeuralNetworkBuilder(
            [("x", datatypes.Array(4)), ("h", datatypes.Array(3)), ("c", datatypes.Array(3))],
            [("y", datatypes.Array(3)), ("ho", datatypes.Array(3)), ("co", datatypes.Array(3))],
        )
        made.add_unilstm(
            "l",
            [weights(3, 3)] * 4,
            [weights(3, 4)] * 4,
            [weights(3)] * 4,
            3,
            4,
            ["x", "h", "c"],
            ["y", "ho", "co"],
        )
        coremltools.utils.save_spec(made.spec, path)

    def quantized(path, bits=8, mode="linear"):
        made = builder([("x", 64)], [("y", 32)])
        made.add_inner_product("d", weights(32, 64), None, 64, 32, False, "x", "y")
        full = (
            MLModel(made.spec, skip_model_load=True)
            if "skip_model_load" in MLModel.__init__.__code__.co_varnames
            else MLModel(made.spec)
        )
        smaller = coremltools.models.neural_network.quantization_utils.quantize_weights(
            full, bits, mode
        )
        coremltools.utils.save_spec(getattr(smaller, "_spec", smaller), path)

    def half(path):
        made = builder([("x", 4)], [("y", 2)])
        made.add_inner_product("d", weights(2, 4), None, 4, 2, False, "x", "y")
        spec = coremltools.utils.convert_double_to_float_multiarray_type(made.spec) or made.spec
        coremltools.utils.save_spec(spec, path)

    for name, write in {
        "dense.mlmodel": dense, "convolution.mlmodel": convolution, "lstm.mlmodel": lstm, "half.mlmodel": half,
        "quantized8.mlmodel": quantized,
        "quantized4.mlmodel": lambda p: quantized(p, 4, "linear"),
        "float16.mlmodel": lambda p: quantized(p, 16, "linear"),
    }.items():  # fmt: skip
        shelf.save(name, write, kind="core-ml")
    _core_ml_trees(shelf, coremltools)
    _core_ml_programs(shelf, coremltools, Builder)
    _core_ml_torch(shelf, coremltools)
    print("coremltools", shelf.saved, shelf.failed)


def _core_ml_trees(shelf, coremltools):
    """scikit-learn and XGBoost through coremltools' converters, where those are installed."""
    try:
        from sklearn import ensemble, linear_model, pipeline, preprocessing, svm, tree
    except ImportError:
        return
    x, y = weights(40, 4).astype(float), np.arange(40) % 2
    for model in (
        linear_model.LinearRegression(), svm.LinearSVR(), svm.SVC(probability=True), svm.SVR(), tree.DecisionTreeRegressor(),
        ensemble.RandomForestClassifier(3), ensemble.GradientBoostingRegressor(n_estimators=3),
        pipeline.Pipeline([("s", preprocessing.StandardScaler()), ("l", linear_model.LinearRegression())]),
    ):  # fmt: skip

        def write(path, m=model):
            made = coremltools.converters.sklearn.convert(m.fit(x, y), ["a", "b", "c", "d"], "t")
            made.author, made.license = "Seamark", "MIT"
            made.save(path)

        shelf.save(type(model).__name__ + ".mlmodel", write, kind="core-ml")

    def boosted(path):
        import xgboost

        fitted = xgboost.XGBRegressor(n_estimators=3).fit(x, y)
        coremltools.converters.xgboost.convert(fitted.get_booster(), ["f0", "f1", "f2", "f3"]).save(
            path
        )

    shelf.save("xgboost.mlmodel", boosted, kind="core-ml")


def _core_ml_programs(shelf, coremltools, builder):
    """Programs by the MIL builder, as packages with their weights beside."""

    @builder.program(input_specs=[builder.TensorSpec(shape=(1, 64))])
    def linear(x):
        return builder.relu(
            x=builder.linear(x=x, weight=weights(32, 64), bias=weights(32)), name="y"
        )

    @builder.program(input_specs=[builder.TensorSpec(shape=(1, 3, 16, 16))])
    def pictures(x):
        made = builder.conv(x=x, weight=weights(8, 3, 3, 3), pad_type="same")
        made = builder.layer_norm(x=builder.gelu(x=made), axes=[1])
        return builder.reduce_mean(
            x=builder.mul(x=made, y=weights(1, 8, 16, 16)), axes=[2, 3], name="y"
        )

    @builder.program(input_specs=[builder.TensorSpec(shape=(1, 8))])
    def branches(x):
        positive = builder.greater(x=builder.reduce_sum(x=x, axes=[0, 1], keep_dims=False), y=0.0)
        return builder.cond(
            pred=positive,
            _true_fn=lambda: builder.mul(x=x, y=weights(1, 8)),
            _false_fn=lambda: builder.add(x=x, y=weights(64, 8)[:1]),
            name="y",
        )

    targets = coremltools.target
    plans = {
        "linear16.mlpackage": (linear, {"minimum_deployment_target": targets.iOS15}),
        "linear32.mlpackage": (linear, {"minimum_deployment_target": targets.iOS16, "compute_precision": coremltools.precision.FLOAT32}),
        "pictures.mlpackage": (pictures, {"minimum_deployment_target": targets.iOS16}),
        "branches.mlpackage": (branches, {"minimum_deployment_target": targets.iOS16}),
        "network.mlmodel": (pictures, {"convert_to": "neuralnetwork"}),
    }  # fmt: skip
    for name, (program, options) in plans.items():

        def write(path, p=program, o=options):
            options = {"convert_to": "mlprogram", **o}
            made = coremltools.convert(p, source="milinternal", skip_model_load=True, **options)
            made.author, made.license, made.version = "Seamark", "Apache-2.0", "1.0"
            made.user_defined_metadata["com.example.labels"] = '["cat", "dog"]'
            made.save(path)

        shelf.save(name, write, kind="core-ml", folder=name.endswith("package"))


def _core_ml_torch(shelf, coremltools):
    """A traced torch module, plain and with compressed weights."""
    try:
        import torch
    except ImportError:
        return
    module = torch.nn.Sequential(
        torch.nn.Conv2d(3, 16, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(16 * 36, 64), torch.nn.LayerNorm(64)
    ).eval()  # fmt: skip
    sample = torch.rand(1, 3, 8, 8)

    def convert(**options):
        return coremltools.convert(
            torch.jit.trace(module, sample), inputs=[coremltools.TensorType(name="x", shape=sample.shape)],
            skip_model_load=True, **options,
        )  # fmt: skip

    def write(change):
        def save(path):
            change(convert(minimum_deployment_target=coremltools.target.iOS18)).save(path)

        return save

    import coremltools.optimize.coreml as optimize

    linear = optimize.OptimizationConfig(
        optimize.OpLinearQuantizerConfig(mode="linear_symmetric", weight_threshold=16)
    )
    palette = optimize.OptimizationConfig(optimize.OpPalettizerConfig(nbits=4, weight_threshold=16))
    sparse = optimize.OptimizationConfig(
        optimize.OpThresholdPrunerConfig(threshold=0.02, weight_threshold=16)
    )
    for name, change in {
        "torch": lambda m: m,
        "torch-int8": lambda m: optimize.linear_quantize_weights(m, linear),
        "torch-palette": lambda m: optimize.palettize_weights(m, palette),
        "torch-sparse": lambda m: optimize.prune_weights(m, sparse),
    }.items():
        shelf.save(name + ".mlpackage", write(change), kind="core-ml", folder=True)
    shelf.save(
        "torch.mlmodel", lambda p: convert(convert_to="neuralnetwork").save(p), kind="core-ml"
    )


def openvino(out):
    """OpenVINO IR: graphs from opsets, and models converted from ONNX."""
    sys.modules["openvino_telemetry"] = None  # it would call home
    import openvino as ov

    try:
        from openvino import opset13 as ops
    except ImportError:
        from openvino.runtime import opset11 as ops
    save = getattr(ov, "save_model", None)
    shelf = Shelf(out, "openvino")
    x = ops.parameter([1, 4], np.float32, name="x")
    grid = ops.parameter([1, 3, 8, 8], np.float32, name="x")

    def model(result, inputs, name="seamark"):
        return ov.Model([ops.result(result)], inputs, name)

    def dense():
        hidden = ops.relu(ops.matmul(x, ops.constant(weights(4, 16)), False, False))
        return model(
            ops.softmax(ops.matmul(hidden, ops.constant(weights(16, 2)), False, False), 1), [x]
        )

    def convolution():
        made = ops.convolution(
            grid, ops.constant(weights(8, 3, 3, 3)), [1, 1], [1, 1], [1, 1], [1, 1]
        )
        return model(
            ops.reduce_mean(ops.relu(made), ops.constant(np.array([2, 3], dtype=np.int64)), False),
            [grid],
        )

    def shared():
        same = weights(4, 4)
        made = ops.matmul(
            ops.matmul(x, ops.constant(same), False, False), ops.constant(same.copy()), False, False
        )
        return model(made, [x])

    def types():
        made = x
        for dtype in (np.float32, np.float16, np.int8, np.uint8, np.int32, np.int64):
            made = ops.add(
                made, ops.convert(ops.constant(np.arange(4, dtype=dtype).reshape(1, 4)), "f32")
            )
        return model(made, [x])

    def branches():
        condition = ops.parameter([], bool, name="c")
        inner, other = ops.parameter([1, 4], np.float32), ops.parameter([1, 4], np.float32)
        one = ov.Model([ops.result(ops.add(inner, ops.constant(weights(1, 4))))], [inner], "then")
        two = ov.Model(
            [ops.result(ops.multiply(other, ops.constant(weights(1, 4))))], [other], "else"
        )
        node = ops.if_op(condition)
        node.set_then_body(one)
        node.set_else_body(two)
        node.set_input(x.output(0), inner, other)
        node.set_output(one.get_results()[0], two.get_results()[0])
        return ov.Model([ops.result(node.output(0))], [condition, x], "branches")

    def described():
        made = dense()
        made.set_rt_info("Apache-2.0", ["model_info", "license"])
        made.set_rt_info("/home/somebody/model.onnx", ["conversion_parameters", "input_model"])
        made.set_rt_info("https://example.org/a?b=1&c=2 <none>", ["model_info", "homepage"])
        return made

    def loop():
        body, count = ops.parameter([1, 4], np.float32), ops.constant(np.int64(3))
        step = ops.add(body, ops.constant(weights(1, 4)))
        go = ops.constant(np.array([True]))
        inner = ov.Model([ops.result(step), ops.result(go)], [body], "body")
        node = ops.loop(count, ops.constant(np.array([True])))
        node.set_function(inner)
        node.set_special_body_ports([-1, 1])
        node.set_merged_input(body, x.output(0), inner.get_results()[0].output(0))
        return model(node.get_iter_value(inner.get_results()[0].output(0), -1), [x])

    def quantized():
        low, high = (ops.constant(np.float32(value)) for value in (-1, 1))
        packed = ops.constant(np.arange(64, dtype=np.uint8).reshape(16, 4))
        made = ops.multiply(
            ops.subtract(ops.convert(packed, "f16"), ops.constant(np.float16(8))),
            ops.constant(weights(16, 1).astype(np.float16)),
        )
        return model(
            ops.matmul(
                ops.fake_quantize(x, low, high, low, high, 256),
                ops.convert(made, "f32"),
                False,
                True,
            ),
            [x],
        )

    def empty():
        return model(ops.relu(x), [x])

    made = {"dense": dense, "convolution": convolution, "shared": shared, "types": types, "branches": branches,
            "described": described, "loop": loop, "quantized": quantized, "empty": empty}  # fmt: skip
    for name, build in made.items():
        for half in (False, True):
            if half and name in ("quantized", "empty", "shared", "loop"):
                continue

            def write(folder, b=build, h=half):
                path = os.path.join(folder, "model.xml")
                save(b(), path, compress_to_fp16=h) if save else ov.runtime.serialize(b(), path)

            shelf.save(name + ("-fp16" if half else ""), write, kind="openvino", folder=True)
    _openvino_onnx(shelf, ov, save)
    _openvino_tokenizers(shelf, ov)
    print("openvino", shelf.saved, shelf.failed)


def _openvino_onnx(shelf, ov, save):
    """Models that began as ONNX: the converter's own names, metadata and loops."""
    try:
        from onnx import TensorProto, helper, numpy_helper
        from onnx import save as save_onnx
    except ImportError:
        return

    def write(folder):
        x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 64])
        y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, 8])
        initial = [
            numpy_helper.from_array(weights(64, 32), "w"),
            numpy_helper.from_array(weights(32, 8), "v"),
        ]
        nodes = [helper.make_node("MatMul", ["x", "w"], ["h"]), helper.make_node("Tanh", ["h"], ["g"]),
                 helper.make_node("MatMul", ["g", "v"], ["y"])]  # fmt: skip
        graph = helper.make_graph(nodes, "from onnx", [x], [y], initial)
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
        save_onnx(made, os.path.join(folder, "source.onnx"))
        convert = getattr(ov, "convert_model", None) or ov.Core().read_model
        loaded = convert(os.path.join(folder, "source.onnx"))
        os.remove(os.path.join(folder, "source.onnx"))
        path = os.path.join(folder, "model.xml")
        save(loaded, path) if save else ov.runtime.serialize(loaded, path)

    def recurrent(folder):
        x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [5, 1, 4])
        y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [5, 1, 1, 3])
        initial = [
            numpy_helper.from_array(weights(1, 12, 4), "w"),
            numpy_helper.from_array(weights(1, 12, 3), "r"),
        ]
        node = helper.make_node("LSTM", ["x", "w", "r"], ["y"], hidden_size=3)
        made = helper.make_model(helper.make_graph([node], "lstm", [x], [y], initial), ir_version=9,
                                 opset_imports=[helper.make_opsetid("", 17)])  # fmt: skip
        save_onnx(made, os.path.join(folder, "source.onnx"))
        loaded = ov.Core().read_model(os.path.join(folder, "source.onnx"))
        os.remove(os.path.join(folder, "source.onnx"))
        path = os.path.join(folder, "model.xml")
        save(loaded, path) if save else ov.runtime.serialize(loaded, path)

    shelf.save("onnx", write, kind="openvino", folder=True)
    shelf.save("recurrent", recurrent, kind="openvino", folder=True)


def _openvino_tokenizers(shelf, ov):
    """A tokenizer as a graph, which needs the library of openvino-tokenizers."""
    try:
        import openvino_tokenizers
        import transformers
        from tokenizers import Tokenizer, models, pre_tokenizers
    except ImportError:
        return
    inner = Tokenizer(models.WordPiece({"[UNK]": 0, "[PAD]": 1, "a": 2, "b": 3}, unk_token="[UNK]"))
    inner.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=inner, unk_token="[UNK]", pad_token="[PAD]"
    )

    def write(folder):
        made = openvino_tokenizers.convert_tokenizer(fast, with_detokenizer=True)
        for name, graph in zip(("openvino_tokenizer", "openvino_detokenizer"), made, strict=True):
            ov.save_model(graph, os.path.join(folder, name + ".xml"))

    shelf.save("tokenizer", write, kind="openvino", folder=True)


def pmml(out):
    """PMML by JPMML's converters (Java) and by nyoka, whichever is installed."""
    from sklearn import (
        cluster,
        ensemble,
        linear_model,
        naive_bayes,
        neighbors,
        neural_network,
        preprocessing,
        svm,
        tree,
    )

    data, target = weights(60, 4), np.arange(60) % 2
    models = [
        linear_model.LinearRegression(), linear_model.LogisticRegression(), tree.DecisionTreeClassifier(),
        ensemble.RandomForestClassifier(4), ensemble.GradientBoostingRegressor(n_estimators=3), svm.SVC(),
        naive_bayes.GaussianNB(), cluster.KMeans(2, n_init=1), neural_network.MLPClassifier((4,), max_iter=5),
        neighbors.KNeighborsClassifier(3), ensemble.IsolationForest(n_estimators=3),
    ]  # fmt: skip
    try:
        import sklearn2pmml
    except ImportError:
        _nyoka(out, models, data, target)
        return
    import pandas
    from sklearn2pmml.pipeline import PMMLPipeline
    from sklearn2pmml.preprocessing import ExpressionTransformer

    shelf = Shelf(out, "sklearn2pmml")
    frame = pandas.DataFrame(data, columns=list("abcd"))
    for model in models:

        def write(path, m=model):
            made = PMMLPipeline([("s", preprocessing.StandardScaler()), ("m", m)])
            sklearn2pmml.sklearn2pmml(made.fit(frame, target), path)

        shelf.save(type(model).__name__ + ".pmml", write, kind="pmml")

    def expression(path):
        made = PMMLPipeline([
            ("e", ExpressionTransformer("X[0] + X[1] if X[2] > 0.5 else -1")),
            ("m", linear_model.LinearRegression()),
        ])  # fmt: skip
        sklearn2pmml.sklearn2pmml(made.fit(frame, target), path)

    shelf.save("expression.pmml", expression, kind="pmml")
    for name, kind in (("xgboost", "XGBClassifier"), ("lightgbm", "LGBMClassifier")):

        def boosted(path, n=name, k=kind):
            cls = getattr(__import__(n), k)
            made = PMMLPipeline([("m", cls(n_estimators=3))])
            sklearn2pmml.sklearn2pmml(made.fit(frame, target), path)

        shelf.save(name + ".pmml", boosted, kind="pmml")
    print("sklearn2pmml", shelf.saved, shelf.failed)


def _nyoka(out, models, data, target):
    """The same estimators through nyoka."""
    import nyoka
    import pandas
    from sklearn import pipeline, preprocessing

    convert = getattr(nyoka, "skl_to_pmml", None)
    shelf = Shelf(out, "nyoka")
    frame = pandas.DataFrame(data, columns=list("abcd"))
    for model in models:

        def write(path, m=model):
            made = pipeline.Pipeline([("s", preprocessing.StandardScaler()), ("m", m)])
            made.fit(frame, target)
            if convert:
                convert(made, list("abcd"), "t", path)
            else:
                from nyoka.skl.skl_to_pmml import skl_to_pmml

                skl_to_pmml(made, list("abcd"), "t", path)

        shelf.save(type(model).__name__ + ".pmml", write, kind="pmml")
    print("nyoka", shelf.saved, shelf.failed)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    {"core_ml": core_ml, "openvino": openvino, "pmml": pmml}[sys.argv[2]](sys.argv[1])
