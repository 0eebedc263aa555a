"""Writes the list of TensorFlow's operators, inside environments that have TensorFlow.

``python tensorflow_operators.py OUT`` adds what this release registers to the JSON file ``OUT``;
run it in each environment (``.venvs/tensorflow*``) on the same file. Nothing of Seamark is needed.
"""

import json
import os
import sys


def registered():
    """Every operator that this TensorFlow registers, and the release's name."""
    import tensorflow
    from tensorflow.core.framework import op_def_pb2
    from tensorflow.python.client import pywrap_tf_session

    held = op_def_pb2.OpList()
    held.ParseFromString(pywrap_tf_session.TF_GetBuffer(pywrap_tf_session.TF_GetAllOpList()))
    return tensorflow.__version__, [operator.name for operator in held.op]


def main(out):
    """Join this release's operators with those already in ``out``."""
    known = {"releases": [], "operators": []}
    if os.path.exists(out):
        with open(out) as file:
            known = json.load(file)
    release, operators = registered()
    merged = {
        "releases": sorted({*known["releases"], release}),
        "operators": sorted({*known["operators"], *operators}),
    }
    with open(out, "w") as file:
        file.write(json.dumps(merged, indent=0).replace('",\n"', '","') + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
