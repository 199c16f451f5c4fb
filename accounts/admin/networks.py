"""Addresses and networks as people write them."""

import re
from ipaddress import ip_address, ip_network
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from easycall.theme import Textarea


class NetworksField(forms.CharField):
    """A text area with an address or a network a line; its value is their list, each in its normal form."""

    widget = Textarea(attrs={"rows": 3, "placeholder": "203.0.113.7\n198.51.100.0/24"})

    def to_python(self, value: Any) -> Any:
        words = re.split(r"[\s,;]+", super().to_python(value) or "")
        networks, errors = [], []
        for word in filter(None, words):
            try:
                networks.append(read_network(word))
            except ValidationError as error:
                errors.append(error)
        if errors:
            raise ValidationError(errors)
        return list(dict.fromkeys(networks))


def read_network(text: str) -> str:
    """`text` in its normal form, an address without a prefix length; ValidationError, with what to write instead."""
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        network = None
    # A zone (fe80::1%eth0) means something on one machine only.
    if network is None or "%" in text:
        raise ValidationError(
            _("“%(text)s” is not an address or a network. Write it like 203.0.113.7 or 198.51.100.0/24."),
            code="network_form",
            params={"text": text},
        )
    address = text.partition("/")[0]
    if network.num_addresses == 1:
        return str(network.network_address)
    if ip_address(address) != network.network_address:
        raise ValidationError(
            _("“%(text)s” is neither an address nor a network: write “%(address)s” or “%(network)s”."),
            code="network_host_bits",
            params={"text": text, "address": address, "network": str(network)},
        )
    return str(network)
