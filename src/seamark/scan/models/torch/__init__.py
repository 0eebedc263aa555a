"""What torch writes: checkpoints in zip and tar, TorchScript, packages."""
