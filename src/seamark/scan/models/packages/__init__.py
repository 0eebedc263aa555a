"""Packages and folders that ship models: TorchServe, NeMo, MLflow, torch.export, OCI, programs."""
