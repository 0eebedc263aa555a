"""URLs: what is taken, what is refused, and that reports never show a credential."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.core.errors import UsageError
from seamark.scan.models.remote.addresses import is_url, local_path, parse


@pytest.mark.parametrize(
    "url", ["s3://b/k", "gs://b", "hf://org/repo", "https://h/x", "zip://a::s3://b", "a::b://c"]
)
def test_is_url(url: str) -> None:
    assert is_url(url)


@pytest.mark.parametrize("path", ["a/b", "C:/x", "a::b", "./s3", "-"])
def test_is_no_url(path: str) -> None:
    assert not is_url(path)


@pytest.mark.parametrize(
    "url",
    [
        "simplecache::s3://b/k",
        "zip://x.bin::https://h/a.zip",
        "reference://x",
        "tar://x",
        "https:///x",
        "https://h:notaport/x",
        "https://h/a\nb",
    ],
)
def test_refused(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(url)
    assert url not in str(caught.value)


@settings(max_examples=60)
@given(st.text(st.characters(categories=["L", "N"]), min_size=6, max_size=20))
def test_no_secret_is_shown(secret: str) -> None:
    marked = f"SECRET{secret}"
    for url in (
        f"https://user:{marked}@host/a.bin?X-Signature={marked}#{marked}",
        f"s3://key:{marked}@bucket/a.bin?token={marked}",
    ):
        assert marked not in parse(url).shown


def test_file_urls_are_local_paths() -> None:
    assert local_path("file:///a/b%20c") == "/a/b c"
    assert local_path("s3://b") is None
    with pytest.raises(UsageError):
        local_path("file://elsewhere/x")
