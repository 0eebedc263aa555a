"""The system under check: ``seamark.yaml``, discovery, the plan, ``scan`` and ``check``."""
