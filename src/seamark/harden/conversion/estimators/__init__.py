"""scikit-learn estimators to skops and ONNX."""
