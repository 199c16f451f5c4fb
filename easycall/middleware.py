from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation


class TrustedProxyMiddleware:
    """Believe X-Forwarded-For and X-Forwarded-Proto from a trusted proxy, and from nobody else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        peer = request.META.get("REMOTE_ADDR", "")
        if settings.TRUSTED_PROXIES and _is_trusted(peer):
            request.META["REMOTE_ADDR"] = client_address(peer, request.META.get("HTTP_X_FORWARDED_FOR", ""))
            if request.META.get("HTTP_X_FORWARDED_PROTO") == "https":
                request.META["wsgi.url_scheme"] = "https"
        return self.get_response(request)


class UserLanguageMiddleware:
    """Speak the language that the user has chosen, whatever the browser asks for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = getattr(request.user, "language", "")
        if language:
            translation.activate(language)
            request.LANGUAGE_CODE = language
        return self.get_response(request)


def client_address(peer: str, forwarded_for: str) -> str:
    """Who sends: the peer, or what a trusted proxy says of it.

    The client is the last address of the list that is not itself a trusted proxy: what stands before it was written
    by the client and could be anything.
    """
    if not settings.TRUSTED_PROXIES or not _is_trusted(peer):
        return peer
    for hop in reversed(forwarded_for.split(",")):
        if not _is_address(hop):
            break
        peer = hop.strip()
        if not _is_trusted(hop):
            break
    return peer


def _is_address(text: str) -> bool:
    try:
        ip_address(text.strip())
    except ValueError:
        return False
    return True


def _is_trusted(text: str) -> bool:
    if not _is_address(text):
        return False
    address = ip_address(text.strip())
    # A server that listens on IPv6 too sees 192.0.2.1 as ::ffff:192.0.2.1.
    known = getattr(address, "ipv4_mapped", None) or address
    return any(known in network for network in settings.TRUSTED_PROXIES)
