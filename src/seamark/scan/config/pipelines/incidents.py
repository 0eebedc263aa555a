"""Actions that were taken over: commits that hold the attacker's code, and tags that were moved.

Facts from the advisories named in each entry, and for the commits of trivy-action from the two
published lists where they agree. The list is part of the release: nothing is looked up.
"""

from dataclasses import dataclass

from seamark.core.rules import Reference, cve, ghsa


@dataclass(frozen=True, slots=True)
class Incident:
    """What happened to one action.

    ``commits`` are hostile. ``before`` is the first version (three numbers) whose tag was never
    moved; tags below it pointed to the attacker's code ``when``.
    """

    action: str
    when: str
    before: tuple[int, int, int]
    commits: frozenset[str]
    references: tuple[Reference, ...]

    def moved(self, tag: str) -> bool:
        """Whether this tag was moved in the incident."""
        numbers = tag.removeprefix("v").split(".")
        if not 1 <= len(numbers) <= 3 or not all(each.isdecimal() for each in numbers):
            return False
        parts = [int(each[:9]) for each in numbers]
        # A tag v45 stands for the last v45.x, so only what is given is compared.
        return tuple(parts) < self.before[: len(parts)] or (
            len(parts) == 3 and tuple(parts) < self.before
        )


_TRIVY = """
f77738448eec70113cf711656914b61905b3bd47 9e8968cb83234f0de0217aa8c934a68a317ee518
7f6f0ce52a59bdfc5757c3982aac2353b58f4c73 18f01febc4c3cd70ce6b94b70e69ab866fc033f5
d488f4388ff4aa268906e25c2144f1433a4edec2 a5b4818debf2adbaba872aaffd6a0f64a26449fa
ddb6697447a97198bdef9bae00215059eb5e8bc2 4bdcc5d9ef3ddb42ccc9126e6c07faa3df2807e3
b745a35bad072d93a9b83080e9920ec52c6b5a27 8aa8af3ea1de8e968a3e49a40afb063692ab8eae
e53b0483d08da44da9dfe8a84bf2837e5163699b 820428afeb64484d311211658383ce7f79d31a0a
cf19d27c8a7fb7a8bbf1e1000e9318749bcd82cf 2297a1b967ecc05ba2285eb6af56ab4da554ecae
2b1dac84ff12ba56158b3a97e2941a587cb20da9 f4f1785be270ae13f36f6a8cfbf6faaae50e660a
985447b035c447c1ed45f38fad7ca7a4254cb668 85cb72f1e8ee5e6e44488cd6cbdbca94722f96ed
38623bf26706d51c45647909dcfb669825442804 9092287c0339a8102f91c5a257a7e27625d9d029
b7befdc106c600585d3eec87d7e98e1c136839ae 9ba3c3cd3b23d033cd91253a9e61a4bf59c8a670
fd090040b5f584f4fcbe466878cb204d0735dcf4 e0198fd2b6e1679e36d32933941182d9afa82f6f
ddb94181dcbc723d96ffc07fddd14d97e4849016 b7252377a3d82c73d497bfafa3eabe84de1d02c4
66c90331c8b991e7895d37796ac712b5895dda3b c5967f85626795f647d4bf6eb67227f9b79e02f5
9c000ba9d482773cbbc2c3544d61b109bc9eb832 ad623e14ebdfe82b9627811d57b9a39e283d6128
8519037888b189f13047371758f7aed2283c6b58 fd429cf86db999572f3d9ca7c54561fdf7d388a4
19851bef764b57ff95b35e66589f31949eeb229d 91e7c2c36dcad14149d8e455b960af62a2ffb275
ab6606b76e5a054be08cab3d07da323e90e751e8 a9bc513ea7989e3234b395cafb8ed5ccc3755636
ddb9da4475c1cef7d5389062bdfdfbdbd1394648
"""

_ALL = (
    Incident(
        action="tj-actions/changed-files",
        when="on 14 and 15 March 2025",
        before=(46, 0, 0),
        commits=frozenset({"0e58ed8671d6b60d0890c21b07f8835ace038e67"}),
        references=(cve("CVE-2025-30066"), ghsa("GHSA-mrrh-fwg8-r2c3")),
    ),
    Incident(
        action="reviewdog/action-setup",
        when="on 11 March 2025",
        before=(1, 0, 1),
        commits=frozenset({"f0d342d24037bb11d26b9bd8496e0808ba32e9ec"}),
        references=(cve("CVE-2025-30154"), ghsa("GHSA-qmg3-hpqr-gqvc")),
    ),
    Incident(
        action="aquasecurity/trivy-action",
        when="on 19 March 2026",
        before=(0, 35, 0),
        commits=frozenset(_TRIVY.split()),
        references=(cve("CVE-2026-33634"), ghsa("GHSA-69fq-xp46-6x23")),
    ),
    Incident(
        action="aquasecurity/setup-trivy",
        when="on 19 March 2026",
        before=(0, 2, 6),
        commits=frozenset({"8afa9b9f9183b4e00c46e2b82d34047e3c177bd0"}),
        references=(cve("CVE-2026-33634"), ghsa("GHSA-69fq-xp46-6x23")),
    ),
)
INCIDENTS = {incident.action: incident for incident in _ALL}
"""By the action's name in lower case."""
