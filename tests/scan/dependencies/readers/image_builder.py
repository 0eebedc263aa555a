"""Container images as bytes, with whatever defects a test asks for."""

import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

OS_RELEASE = b"ID=debian\nVERSION_ID=12\n"
LAYER = "application/vnd.oci.image.layer.v1.tar"
CONFIG = "application/vnd.oci.image.config.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"

Content = bytes | str | None
"""Of a member: a file's bytes; ``-> aim`` or ``=> aim`` for symbolic and hard links; None for a
directory."""


def status(*names: str) -> bytes:
    """A status file of dpkg: ``name`` or ``name=version``."""
    pairs = [name.partition("=") for name in names]
    return "".join(
        f"Package: {name}\nStatus: install ok installed\nVersion: {version or '1-1'}\n\n"
        for name, _, version in pairs
    ).encode()


def tar(
    members: dict[str, Content] | list[tuple[str, Content]], form: int = tarfile.PAX_FORMAT
) -> bytes:
    """A tar of these members, in their order."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, content in members.items() if isinstance(members, dict) else members:
            info = tarfile.TarInfo(name)
            if content is None:
                info.type = tarfile.DIRTYPE
                archive.addfile(info)
            elif isinstance(content, str):
                info.type = tarfile.SYMTYPE if content.startswith("->") else tarfile.LNKTYPE
                info.linkname = content[3:]
                archive.addfile(info)
            else:
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def digest(data: bytes) -> str:
    """``sha256:…``"""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def layout(layers: list[bytes], *, types: list[str] | None = None) -> dict[str, bytes]:
    """The files of an OCI layout of one image."""
    files = {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}'}

    def blob(data: bytes, media_type: str) -> dict[str, Any]:
        name = digest(data)
        files[f"blobs/sha256/{name[7:]}"] = data
        return {"mediaType": media_type, "digest": name, "size": len(data)}

    kinds = types or [LAYER] * len(layers)
    config = blob(b"{}", CONFIG)
    described = [blob(data, kind) for data, kind in zip(layers, kinds, strict=True)]
    document = {"schemaVersion": 2, "config": config, "layers": described}
    manifest = blob(json.dumps(document).encode(), MANIFEST)
    files["index.json"] = json.dumps({"schemaVersion": 2, "manifests": [manifest]}).encode()
    return files


def saved(layers: list[bytes]) -> dict[str, bytes]:
    """The members of an archive as ``docker save`` wrote them before version 25."""
    plain = [gzip.decompress(each) if each[:2] == b"\x1f\x8b" else each for each in layers]
    config = json.dumps({"rootfs": {"diff_ids": [digest(each) for each in plain]}}).encode()
    files = {f"{digest(data)[7:]}/layer.tar": data for data in layers}
    name = f"{digest(config)[7:]}.json"
    entry = {"Config": name, "RepoTags": ["demo:latest"], "Layers": list(files)}
    return {**files, name: config, "manifest.json": json.dumps([entry]).encode()}


def write(folder: Path, files: dict[str, bytes]) -> Path:
    """The files in ``folder``; gives the folder."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder
