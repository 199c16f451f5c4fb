import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from accounts.admin.networks import NetworksField, read_network


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7/32", "203.0.113.7"),
        ("198.51.100.0/24", "198.51.100.0/24"),
        ("198.51.100.0/255.255.255.0", "198.51.100.0/24"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("2001:db8::/32", "2001:db8::/32"),
        ("0.0.0.0/0", "0.0.0.0/0"),
    ],
)
def test_a_network_has_one_form(text: str, network: str) -> None:
    assert read_network(text) == network


@pytest.mark.parametrize(
    "text", ["hola", "203.0.113", "203.0.113.256", "1.2.3.4/33", "1.2.3.4/", "fe80::1%eth0", "010.1.1.1"]
)
def test_what_is_no_network_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        read_network(text)

    assert caught.value.messages[0].startswith(f"“{text}”")


def test_an_address_with_the_length_of_a_network_is_refused_with_what_it_could_mean() -> None:
    with pytest.raises(ValidationError) as caught:
        read_network("203.0.113.7/24")

    with translation.override("en"):
        assert "“203.0.113.7” or “203.0.113.0/24”" in caught.value.messages[0]


def test_networks_come_one_a_line_or_with_commas_and_each_counts_once() -> None:
    field = NetworksField(required=False)

    assert field.clean("203.0.113.7\r\n\n 198.51.100.0/24, 203.0.113.7/32 ") == ["203.0.113.7", "198.51.100.0/24"]
    assert field.clean("") == []


def test_every_wrong_line_has_its_error() -> None:
    with pytest.raises(ValidationError) as caught:
        NetworksField().clean("203.0.113.7\nhola\n1.2.3.4/8")

    assert [error.code for error in caught.value.error_list] == ["network_form", "network_host_bits"]
