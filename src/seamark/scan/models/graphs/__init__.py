"""Graphs in the formats of vendors: Core ML, OpenVINO IR, PMML, TensorRT."""
