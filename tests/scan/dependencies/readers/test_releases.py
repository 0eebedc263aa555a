import pytest

from seamark.scan.dependencies.readers.system.releases import parse_release


@pytest.mark.parametrize(
    ("text", "ecosystem", "distribution"),
    [
        ('ID=debian\nVERSION_ID="12"\n', "Debian:12", "debian-12"),
        ("ID=alpine\nVERSION_ID=3.19.1\n", "Alpine:v3.19", "alpine-3.19.1"),
        ("ID=alpine\nVERSION_ID=3.20_alpha20231219\n", "Alpine:edge", "alpine-3.20_alpha20231219"),
        ('ID=ubuntu\nVERSION_ID="22.04"\nVERSION="22.04.3 LTS (Jammy)"\n', "Ubuntu:22.04:LTS",
         "ubuntu-22.04"),
        ('ID=ubuntu\nVERSION_ID="23.10"\nVERSION="23.10"\n', "Ubuntu:23.10", "ubuntu-23.10"),
        ("ID=wolfi\nVERSION_ID=20230201\n", "Wolfi", "wolfi"),
        ("ID=raspbian\nID_LIKE=debian\nVERSION_ID=11\n", "raspbian:11", "raspbian-11"),
    ],
)  # fmt: skip
def test_releases_are_called_as_osv_calls_them(
    text: str, ecosystem: str, distribution: str
) -> None:
    release = parse_release(text)
    assert release is not None
    assert (release.ecosystem, release.distribution) == (ecosystem, distribution)


@pytest.mark.parametrize(
    "text",
    ["", "ID=debian\n", "VERSION_ID=12\n", 'ID="deb\n', "ID=../x\nVERSION_ID=1\n",
     "# ID=debian\nVERSION_ID=12\n", "ID=debian\nVERSION_ID=1:2\n"],
)  # fmt: skip
def test_what_names_no_release_is_none(text: str) -> None:
    assert parse_release(text) is None
