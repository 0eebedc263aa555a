"""TensorFlow's formats on the wire: graphs, SavedModel folders, checkpoints, TFLite."""
