"""TensorFlow's own formats: SavedModel folders, checkpoints, meta graphs, frozen graphs, TFLite."""

# ruff: noqa: E501 (a table reads better with one entry a line)

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf
from record import Shelf

tf1 = tf.compat.v1
layers = tf.keras.layers


class Affine(tf.Module):
    """Two variables, one signature."""

    def __init__(self):
        super().__init__()
        self.w = tf.Variable(np.arange(12, dtype=np.float32).reshape(4, 3), name="w")
        self.b = tf.Variable(tf.zeros([3]), name="b")

    @tf.function(input_signature=[tf.TensorSpec([None, 4], tf.float32)])
    def __call__(self, x):
        return {"y": tf.nn.relu(x @ self.w + self.b)}


class Lookup(tf.Module):
    """A vocabulary in an asset file, as text models have it."""

    def __init__(self, path):
        super().__init__()
        start = tf.lookup.TextFileInitializer(
            path,
            tf.string,
            tf.lookup.TextFileIndex.WHOLE_LINE,
            tf.int64,
            tf.lookup.TextFileIndex.LINE_NUMBER,
        )
        self.table = tf.lookup.StaticVocabularyTable(start, num_oov_buckets=2)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def __call__(self, words):
        return {"ids": self.table.lookup(words)}


class Control(tf.Module):
    """Loops, branches, strings and random numbers: functions inside functions."""

    def __init__(self):
        super().__init__()
        keys = tf.lookup.KeyValueTensorInitializer(["a", "b"], tf.constant([1, 2], tf.int64))
        self.table = tf.lookup.StaticHashTable(keys, -1)
        self.state = tf.Variable(0, dtype=tf.int64)

    @tf.function(input_signature=[tf.TensorSpec([], tf.int32), tf.TensorSpec([None], tf.string)])
    def run(self, n, words):
        total = tf.constant(0.0)
        for i in tf.range(n):
            total += tf.cast(i, tf.float32) if i % 2 == 0 else tf.random.uniform([])
        self.state.assign_add(1)
        joined = tf.strings.reduce_join(
            tf.strings.lower(tf.strings.regex_replace(words, "x", "y")), separator="/"
        )
        return {"total": total, "joined": joined, "ids": self.table.lookup(words)}

    @tf.function(input_signature=[tf.TensorSpec([3], tf.float32)])
    def mapped(self, x):
        data = tf.data.Dataset.from_tensor_slices(x).map(lambda v: v * 2.0).batch(2)
        total = tf.constant(0.0)
        for part in data:
            total += tf.reduce_sum(part)
        return {"sum": total}


class Reader(tf.Module):
    """An asset that the model reads itself."""

    def __init__(self, path):
        super().__init__()
        self.words = tf.saved_model.Asset(path)

    @tf.function(input_signature=[])
    def __call__(self):
        return {"lines": tf.strings.split(tf.io.read_file(self.words.asset_path), "\n")}


def text_file(folder):
    """A vocabulary beside the models, whose absolute path ends up in none of them."""
    path = os.path.join(folder, ".vocabulary.txt")
    with open(path, "w") as handle:
        handle.write("alpha\nbeta\ngamma\n")
    return path


def keras_models():
    """Small models of the kinds that teams have; a layer that one version lacks is left out."""
    return {
        "dense": lambda: tf.keras.Sequential([layers.Input((4,)), layers.Dense(3, activation="relu"), layers.Dense(1)]),
        "conv": lambda: tf.keras.Sequential([layers.Input((8, 8, 1)), layers.Conv2D(2, 3), layers.BatchNormalization(), layers.MaxPooling2D(), layers.Flatten(), layers.Dropout(0.1), layers.Dense(2, activation="softmax")]),
        "lstm": lambda: tf.keras.Sequential([layers.Input((5,)), layers.Embedding(10, 4), layers.LSTM(3), layers.Dense(1)]),
        "gru": lambda: tf.keras.Sequential([layers.Input((5, 2)), layers.Bidirectional(layers.GRU(3)), layers.Dense(1)]),
        "attention": attention,
    }  # fmt: skip


def attention():
    """A functional model with two inputs."""
    a, b = layers.Input((4, 8)), layers.Input((4, 8))
    mixed = layers.MultiHeadAttention(2, 4)(a, b)
    return tf.keras.Model([a, b], layers.LayerNormalization()(mixed + a))


def saved_models(shelf, out):
    """``tf.saved_model.save`` and what Keras makes of it."""
    path = text_file(out)
    made = {
        "affine": Affine,
        "lookup": lambda: Lookup(path),
        "control": Control,
        "reader": lambda: Reader(path),
    }
    for name, make in made.items():
        shelf.save(
            f"saved-{name}",
            lambda p, m=make: tf.saved_model.save(m(), p),
            kind="tf-saved-model",
            folder=True,
        )
    for name, make in keras_models().items():
        shelf.save(
            f"keras-{name}",
            lambda p, m=make: tf.saved_model.save(m(), p),
            kind="tf-saved-model",
            folder=True,
        )
        if hasattr(tf.keras.Model, "export"):
            shelf.save(
                f"export-{name}",
                lambda p, m=make: m().export(p),
                kind="tf-saved-model",
                folder=True,
            )
        if tf.keras.__version__.startswith("2."):
            shelf.save(
                f"trained-{name}",
                lambda p, m=make: trained(m).save(p, save_format="tf"),
                kind="tf-saved-model",
                folder=True,
            )
    shelf.save(
        "keras-vectorized",
        lambda p: tf.saved_model.save(vectorized(path), p),
        kind="tf-saved-model",
        folder=True,
    )


def trained(make):
    """A model with an optimizer and its slots."""
    model = make()
    model.compile("adam", "mse", metrics=["mae"])
    inputs = [np.zeros([2, *spec.shape[1:]], np.float32) for spec in model.inputs]
    model.fit(
        inputs if len(inputs) > 1 else inputs[0],
        np.zeros([2, *model.outputs[0].shape[1:]], np.float32),
        verbose=0,
    )
    return model


def vectorized(path):
    """Text processing inside the model."""
    layer = layers.TextVectorization(max_tokens=20, output_sequence_length=4)
    layer.adapt(["alpha beta", "gamma"])
    return tf.keras.Sequential(
        [
            layers.Input((1,), dtype=tf.string),
            layer,
            layers.Embedding(20, 3),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )


def classic_graph(path):
    """A TensorFlow 1 graph with variables, a vocabulary and an initializer."""
    x = tf1.placeholder(tf.float32, [None, 4], name="x")
    words = tf1.placeholder(tf.string, [None], name="words")
    w = tf1.get_variable("w", initializer=np.ones((4, 3), np.float32))
    big = tf1.get_variable("big", shape=[64, 32], partitioner=tf1.fixed_size_partitioner(2))
    if path:
        name = tf1.constant(path, name="vocabulary")
        tf1.add_to_collection(tf1.GraphKeys.ASSET_FILEPATHS, name)
        start = tf.lookup.TextFileInitializer(
            name,
            tf.string,
            tf.lookup.TextFileIndex.WHOLE_LINE,
            tf.int64,
            tf.lookup.TextFileIndex.LINE_NUMBER,
        )
    else:
        start = tf.lookup.KeyValueTensorInitializer(
            ["alpha", "beta"], tf.constant([0, 1], tf.int64)
        )
    ids = tf.lookup.StaticHashTable(start, -1).lookup(words, name="ids")
    y = tf.nn.softmax(tf.matmul(x, w), name="y")
    loss = tf1.reduce_mean(y) + tf1.reduce_sum(tf.convert_to_tensor(big))
    return x, words, ids, y, tf1.train.AdamOptimizer().minimize(loss)


def classic(shelf, out):
    """Savers, meta graphs and frozen graphs of TensorFlow 1."""
    path = text_file(out)

    def session(use, vocabulary=path):
        with tf1.Graph().as_default(), tf1.Session() as run:
            parts = classic_graph(vocabulary)
            run.run([tf1.global_variables_initializer(), tf1.tables_initializer()])
            use(run, *parts)

    def saved(folder):
        def use(run, x, words, ids, y, _train):
            os.rmdir(folder)
            tf1.saved_model.simple_save(
                run,
                folder,
                {"x": x, "words": words},
                {"y": y, "ids": ids},
                legacy_init_op=tf1.tables_initializer(),
            )

        session(use)

    shelf.save("classic-saved", saved, kind="tf-saved-model", folder=True)
    for name, more in {
        "v2": {},
        "sharded": {"sharded": True},
        "v1": {"write_version": tf1.train.SaverDef.V1},
    }.items():
        shelf.save(
            f"saver-{name}",
            lambda folder, m=more: session(
                lambda run, *_: tf1.train.Saver(**m).save(
                    run, os.path.join(folder, "model.ckpt"), global_step=7
                )
            ),
            kind="tf-checkpoint",
            folder=True,
        )

    def frozen(target):
        def use(run, *_):
            names = ["y"]
            graph = tf1.graph_util.convert_variables_to_constants(run, run.graph_def, names)
            with open(target, "wb") as handle:
                handle.write(graph.SerializeToString())

        session(use)

    shelf.save("frozen.pb", frozen, kind="tf-graph")
    shelf.save(
        "unfrozen.pb",
        lambda p: session(
            lambda run, *_: tf.io.write_graph(run.graph_def, *os.path.split(p), as_text=False), ""
        ),
        kind="tf-graph",
    )
    shelf.save(
        "graph.pbtxt",
        lambda p: session(lambda run, *_: tf.io.write_graph(run.graph_def, *os.path.split(p)), ""),
        kind="tf-graph-text",
    )
    shelf.save(
        "exported.meta",
        lambda p: session(lambda run, *_: tf1.train.export_meta_graph(p)),
        kind="tf-graph",
    )
    for name, make in {"affine": Affine, "control": Control}.items():

        def concrete(target, m=make):
            module = m()
            function = module.mapped if hasattr(module, "mapped") else module.__call__
            graph = function.get_concrete_function().graph.as_graph_def()
            with open(target, "wb") as handle:
                handle.write(graph.SerializeToString())

        shelf.save(f"function-{name}.pb", concrete, kind="tf-graph")
    for name, make in keras_models().items():

        def freeze(target, m=make):
            from tensorflow.python.framework.convert_to_constants import (
                convert_variables_to_constants_v2,
            )

            model = m()
            called = tf.function(lambda *a: model(a if len(a) > 1 else a[0]))
            specs = [tf.TensorSpec([1, *i.shape[1:]], tf.float32) for i in model.inputs]
            graph = convert_variables_to_constants_v2(
                called.get_concrete_function(*specs)
            ).graph.as_graph_def()
            with open(target, "wb") as handle:
                handle.write(graph.SerializeToString())

        shelf.save(f"frozen-{name}.pb", freeze, kind="tf-graph")


def checkpoints(shelf):
    """Object-based checkpoints, with every kind of number."""

    def affine(folder):
        manager = tf.train.CheckpointManager(
            tf.train.Checkpoint(model=Affine()), folder, max_to_keep=2
        )
        manager.save()
        manager.save()

    def dtypes(folder):
        kinds = [
            tf.float16,
            tf.float32,
            tf.float64,
            tf.bfloat16,
            tf.int8,
            tf.uint8,
            tf.int16,
            tf.int32,
            tf.int64,
            tf.uint32,
            tf.uint64,
            tf.bool,
            tf.complex64,
            tf.complex128,
        ]
        values = {k.name: tf.Variable(tf.cast(tf.range(6), k), name=k.name) for k in kinds}
        values["text"] = tf.Variable(["alpha", "", "gamma"])
        tf.train.Checkpoint(**values).write(os.path.join(folder, "all"))

    def many(folder):
        tf.train.Checkpoint(
            v=[tf.Variable(tf.random.normal([3, i % 7 + 1])) for i in range(400)]
        ).save(os.path.join(folder, "ckpt"))

    def empty(folder):
        tf.train.Checkpoint(step=tf.Variable(1)).write(os.path.join(folder, "step"))

    for name, write in {"affine": affine, "dtypes": dtypes, "many": many, "step": empty}.items():
        shelf.save(f"checkpoint-{name}", write, kind="tf-checkpoint", folder=True)
    for name, make in keras_models().items():

        def weights(folder, m=make):
            model = m()
            if tf.keras.__version__.startswith("2."):
                model.save_weights(os.path.join(folder, "weights"), save_format="tf")
            else:
                tf.train.Checkpoint(model=model).save(os.path.join(folder, "weights"))

        shelf.save(f"checkpoint-keras-{name}", weights, kind="tf-checkpoint", folder=True)


def lite(shelf):
    """The TFLite converter: float, float16, dynamic range, integers, strings, several signatures."""

    def converted(make, **options):
        converter = tf.lite.TFLiteConverter.from_keras_model(make())
        for key, value in options.items():
            setattr(converter, key, value)
        return converter.convert()

    def write(target, data):
        with open(target, "wb") as handle:
            handle.write(data)

    def sample(shape):
        return lambda: ([np.random.rand(1, *shape).astype(np.float32)] for _ in range(4))

    default = [tf.lite.Optimize.DEFAULT]
    made = keras_models()
    for name in ("dense", "conv", "attention"):
        shelf.save(f"{name}.tflite", lambda p, n=name: write(p, converted(made[n])), kind="tflite")
    shelf.save(
        "dynamic.tflite",
        lambda p: write(
            p,
            converted(
                lambda: tf.keras.Sequential([layers.Input((64,)), layers.Dense(64)]),
                optimizations=default,
            ),
        ),
        kind="tflite",
    )
    shelf.save(
        "float16.tflite",
        lambda p: write(
            p, converted(made["conv"], optimizations=default, target_spec=spec([tf.float16]))
        ),
        kind="tflite",
    )
    shelf.save(
        "int8.tflite",
        lambda p: write(
            p,
            converted(
                made["conv"], optimizations=default, representative_dataset=sample((8, 8, 1))
            ),
        ),
        kind="tflite",
    )
    shelf.save(
        "int8-dense.tflite",
        lambda p: write(
            p, converted(made["dense"], optimizations=default, representative_dataset=sample((4,)))
        ),
        kind="tflite",
    )
    module = Affine()
    shelf.save(
        "module.tflite",
        lambda p: write(
            p,
            tf.lite.TFLiteConverter.from_concrete_functions(
                [module.__call__.get_concrete_function()], module
            ).convert(),
        ),
        kind="tflite",
    )

    def flex(target):
        function = tf.function(
            lambda x: tf.linalg.inv(x), input_signature=[tf.TensorSpec([3, 3], tf.float32)]
        )
        converter = tf.lite.TFLiteConverter.from_concrete_functions(
            [function.get_concrete_function()]
        )
        converter.target_spec.supported_ops = [
            tf.lite.OpsSet.TFLITE_BUILTINS,
            tf.lite.OpsSet.SELECT_TF_OPS,
        ]
        write(target, converter.convert())

    shelf.save("flex.tflite", flex, kind="tflite")


def spec(types):
    """A target with other float types."""
    made = tf.lite.TargetSpec()
    made.supported_types = types
    return made


def main(out):
    """Save all of it below ``out``."""
    shelf = Shelf(out, "tensorflow", "tensorflow-cpu")
    tf.random.set_seed(0)
    saved_models(shelf, out)
    checkpoints(shelf)
    lite(shelf)
    classic(shelf, out)
    print("tensorflow", shelf.saved, shelf.failed)


if __name__ == "__main__":
    main(sys.argv[1])
