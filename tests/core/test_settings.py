"""Settings from environment and file."""

import pytest

from seamark.core.errors import ConfigurationError
from seamark.core.settings import read_settings


def test_defaults_follow_the_xdg_specification() -> None:
    assert read_settings({"HOME": "/h"}, {}).config_home == "/h/.config/seamark"
    assert read_settings({"XDG_CONFIG_HOME": "/x/"}, {}).config_home == "/x/seamark"
    assert read_settings({"HOME": "/h", "XDG_CONFIG_HOME": "rel"}, {}).config_home.startswith("/h")
    assert read_settings({}, {}).config_home == ""
    assert read_settings({}, {}).home == ".seamark"


def test_the_environment_goes_first() -> None:
    settings = read_settings({"SEAMARK_HOME": "/e"}, {"SEAMARK_HOME": "/f"})
    assert settings.home == "/e"


def test_names_of_other_rooms_are_left_alone_and_misspelt_ones_are_not() -> None:
    assert read_settings({"SEAMARK_DATABASE_URL": "x"}, {}).receipts
    with pytest.raises(ConfigurationError, match="SEAMARK_HOEM") as caught:
        read_settings({}, {"SEAMARK_HOEM": "/f"})
    assert "SEAMARK_HOME" in caught.value.hint


@pytest.mark.parametrize(("text", "expected"), [("0", False), ("yes", True), ("Off", False)])
def test_truth(text: str, expected: bool) -> None:
    assert read_settings({"SEAMARK_RECEIPTS": text}, {}).receipts is expected


def test_a_value_that_is_no_truth_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="SEAMARK_RECEIPTS"):
        read_settings({"SEAMARK_RECEIPTS": "maybe"}, {})
