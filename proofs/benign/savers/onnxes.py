"""ONNX by its exporters for scikit-learn and boosters, and by its own helper."""

# ruff: noqa: E501 (a table reads better with one entry a line)

import os
import sys
import warnings

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from record import Shelf
from sklearn import (
    cluster,
    ensemble,
    linear_model,
    naive_bayes,
    neighbors,
    neural_network,
    pipeline,
    preprocessing,
    svm,
    tree,
)

X = np.random.RandomState(0).rand(40, 4).astype(np.float32)
Y = np.arange(40) % 2


def sklearns(shelf):
    """scikit-learn models through skl2onnx."""
    from skl2onnx import to_onnx

    models = [
        linear_model.LogisticRegression(), linear_model.Ridge(), svm.SVC(), tree.DecisionTreeClassifier(),
        ensemble.RandomForestClassifier(4), ensemble.GradientBoostingRegressor(n_estimators=3),
        neighbors.KNeighborsClassifier(), naive_bayes.GaussianNB(), cluster.KMeans(2, n_init=1),
        neural_network.MLPClassifier((4,), max_iter=5), preprocessing.StandardScaler(),
        preprocessing.PolynomialFeatures(2), ensemble.HistGradientBoostingRegressor(max_iter=3),
        pipeline.make_pipeline(preprocessing.MinMaxScaler(), linear_model.SGDClassifier()),
    ]  # fmt: skip
    for model in models:

        def write(path, m=model):
            onnx.save(to_onnx(m.fit(X, Y), X[:1]), path)

        shelf.save(type(model).__name__ + ".onnx", write, kind="onnx")


def by_hand(shelf):
    """Graphs by onnx.helper: branches, functions, external data beside the model."""
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 4])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, 2])
    w = numpy_helper.from_array(np.ones((4, 2), dtype=np.float32), "w")
    graph = helper.make_graph([helper.make_node("MatMul", ["x", "w"], ["y"])], "g", [x], [y], [w])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.metadata_props.add(key="note", value="../not a path")
    shelf.save("matmul.onnx", lambda p: onnx.save(model, p), kind="onnx")

    def external(folder):
        onnx.save_model(model, os.path.join(folder, "model.onnx"), save_as_external_data=True,
                        location="model.onnx.data", size_threshold=0)  # fmt: skip

    shelf.save("external", external, kind="onnx", folder=True)
    constant = helper.make_node(
        "Constant", [], ["c"], value=numpy_helper.from_array(np.ones(2, dtype=np.float32))
    )
    graph = helper.make_graph([constant, helper.make_node("Add", ["x", "c"], ["y"])], "g", [y], [y])
    graph.input[0].name = "x"
    shelf.save("constant.onnx", lambda p: onnx.save(helper.make_model(graph), p), kind="onnx")
    function = helper.make_function(
        "local",
        "twice",
        ["a"],
        ["b"],
        [helper.make_node("Add", ["a", "a"], ["b"])],
        [helper.make_opsetid("", 17)],
    )
    with_function = helper.make_model(
        helper.make_graph([helper.make_node("twice", ["x"], ["y"], domain="local")], "g", [x], [x]),
        functions=[function],
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("local", 1)],
    )
    with_function.graph.output[0].name = "y"
    shelf.save("function.onnx", lambda p: onnx.save(with_function, p), kind="onnx")


def boosted(shelf):
    """Boosters through onnxmltools, where it is installed."""
    try:
        import lightgbm
        from onnxmltools import convert_lightgbm
        from onnxmltools.convert.common.data_types import FloatTensorType
    except ImportError:
        return
    model = lightgbm.LGBMClassifier(n_estimators=3, verbose=-1, min_child_samples=2).fit(X, Y)

    def write(path):
        onnx.save(
            convert_lightgbm(
                model, initial_types=[("x", FloatTensorType([None, 4]))], target_opset=15
            ),
            path,
        )

    shelf.save("lightgbm.onnx", write, kind="onnx")


def main(out):
    """All of them."""
    warnings.simplefilter("ignore")
    shelf = Shelf(out, "onnx")
    for fill in (sklearns, by_hand, boosted):
        fill(shelf)
    print("onnx", shelf.saved, shelf.failed)
    shelf = Shelf(out, "safetensors-numpy", "safetensors")
    from safetensors.numpy import save_file

    for dtype in ("float32", "float16", "int64", "uint8", "bool"):
        data = {f"layer.{i}.weight": np.ones((3, 4), dtype=dtype) for i in range(4)}
        shelf.save(dtype + ".safetensors", lambda p, d=data: save_file(d, p), kind="safetensors")
    shelf.save("empty.safetensors", lambda p: save_file({}, p), kind="safetensors")
    print("safetensors", shelf.saved, shelf.failed)


if __name__ == "__main__":
    main(sys.argv[1])
