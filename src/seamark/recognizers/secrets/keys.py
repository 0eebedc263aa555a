"""Private keys in files: PEM, OpenSSH, PGP, PuTTY, JSON Web Keys."""

from seamark.core.rules import Severity
from seamark.recognizers.secrets.kinds import Kind, token
from seamark.recognizers.secrets.structure import is_pem_body, mixed

_BODY = r"([0-9A-Za-z+/=\\ \t\r\n\"',:.()-]{40,1000}[0-9A-Za-z+/=\\ \t\r\n\"',]*)"


def _pem(
    number: int, slug: str, title: str, label: str, *, severity: Severity = Severity.CRITICAL
) -> Kind:
    """Text between the encapsulation boundaries of RFC 7468; the end may be missing."""
    return token(number, slug, title, rf"-----BEGIN {label}-----{_BODY}",
                 (f"BEGIN {label}",), severity=severity, tests=(is_pem_body,), whole=True,
                 prefix="", score=0.95, entropy=4.0)  # fmt: skip


KINDS = (
    _pem(20, "private-key", "Private key (PKCS #8)", "PRIVATE KEY"),
    _pem(21, "rsa-private-key", "RSA private key", "RSA PRIVATE KEY"),
    _pem(22, "ec-private-key", "Elliptic-curve private key", "EC PRIVATE KEY"),
    _pem(23, "dsa-private-key", "DSA private key", "DSA PRIVATE KEY"),
    _pem(24, "openssh-private-key", "OpenSSH private key", "OPENSSH PRIVATE KEY"),
    _pem(25, "encrypted-private-key", "Encrypted private key", "ENCRYPTED PRIVATE KEY",
         severity=Severity.MEDIUM),
    _pem(26, "pgp-private-key", "PGP private key", "PGP PRIVATE KEY BLOCK"),
    token(27, "putty-private-key", "PuTTY private key",
          r"PuTTY-User-Key-File-[23]:[^\x00]{1,900}Private-Lines:[ \t]*[0-9]{1,4}[\r\n]{1,2}([0-9A-Za-z+/=\r\n]{40,1000})",
          ("PuTTY-User-Key-File-",), severity=Severity.CRITICAL, whole=True, prefix="",
          score=0.95),
    token(28, "json-web-key", "Private JSON Web Key",
          r'"d"[ \t]*:[ \t]*"([0-9A-Za-z_-]{43,700})"', ('"kty"',), severity=Severity.CRITICAL,
          whole=True, prefix="", tests=(mixed,), score=0.8, entropy=4.0),
    token(29, "wireguard-private-key", "WireGuard private key",
          r"(?i)PrivateKey[ \t]*=[ \t]*([0-9A-Za-z+/]{43}=)", ("privatekey",), whole=True,
          prefix="", tests=(mixed,), score=0.9, entropy=4.0),
    token(30, "minisign-key", "minisign or signify secret key", r"RW[RQ][0-9A-Za-z+/]{200,300}={0,2}",
          ("minisign", "signify"), prefix="", entropy=4.0),
    token(31, "pkcs12-base64", "PKCS #12 key store in base64", r"MII[0-9A-Za-z+/]{2}AgEDMII[0-9A-Za-z+/]{80,1000}",
          ("AgEDMII",), prefix="", entropy=4.0),
)  # fmt: skip
