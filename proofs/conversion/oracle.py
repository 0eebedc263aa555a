"""Does a converted checkpoint hold what torch loads? ``python oracle.py SOURCE RESULT``.

Uses torch and the safetensors library, nothing of ours. Prints what differs, as a JSON list.
"""

import json
import sys

import torch
from safetensors import safe_open


def main(source: str, result: str) -> None:
    """Compare every tensor: type, shape, and bytes (NaN included)."""
    root = torch.load(source, weights_only=not source.endswith("module.pt"))
    root = root.state_dict() if isinstance(root, torch.nn.Module) else root
    root = root.get("state_dict", root)
    with safe_open(result, "pt") as file:
        metadata = file.metadata()
        found = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    found |= {name: found[kept] for name, kept in metadata.items() if name != "format"}
    wrong = sorted(set(root) ^ set(found))
    for name in set(root) & set(found):
        told, read = root[name].detach().contiguous(), found[name].contiguous()
        if told.dtype != read.dtype or told.shape != read.shape:
            wrong.append(f"{name}: type or shape")
        elif told.numel() and not torch.equal(
            told.reshape(-1).view(torch.uint8), read.reshape(-1).view(torch.uint8)
        ):
            wrong.append(f"{name}: bytes")
    json.dump(wrong, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
