from ipaddress import ip_network

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from easycall.middleware import TrustedProxyMiddleware

PROXY, CLIENT, FORGED = "10.0.0.1", "203.0.113.7", "198.51.100.9"


@pytest.fixture(autouse=True)
def proxies(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/24"), ip_network("::1")]


def seen(**headers: str) -> HttpRequest:
    """The request as the application sees it."""
    request = RequestFactory().get("/", **headers)
    TrustedProxyMiddleware(lambda request: HttpResponse())(request)
    return request


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        (PROXY, CLIENT, CLIENT),
        (PROXY, f"{FORGED}, {CLIENT}", CLIENT),
        (PROXY, f"{FORGED}, {CLIENT}, 10.0.0.2", CLIENT),
        (PROXY, "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        (PROXY, "2001:db8::7", "2001:db8::7"),
        (PROXY, "", PROXY),
        (PROXY, "nonsense", PROXY),
        (PROXY, f"{CLIENT}, nonsense", PROXY),
        ("::1", CLIENT, CLIENT),
        (f"::ffff:{PROXY}", CLIENT, CLIENT),
        (FORGED, CLIENT, FORGED),
    ],
)
def test_address_is_the_last_one_that_a_trusted_proxy_wrote(peer: str, forwarded: str, expected: str) -> None:
    assert seen(REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded).META["REMOTE_ADDR"] == expected


@pytest.mark.parametrize(
    ("peer", "proto", "secure"),
    [(PROXY, "https", True), (PROXY, "http", False), (PROXY, "", False), (FORGED, "https", False)],
)
def test_scheme_is_believed_from_a_trusted_proxy_only(peer: str, proto: str, secure: bool) -> None:
    assert seen(REMOTE_ADDR=peer, HTTP_X_FORWARDED_PROTO=proto).is_secure() is secure
