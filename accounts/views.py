"""What a person chooses for themselves, on whichever page they are."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views import i18n

from accounts import services
from accounts.enums import Language
from accounts.models import User


def set_language(request: HttpRequest) -> HttpResponseBase:
    """Speak another language from now on: to this browser, and to the user wherever they sign in."""
    response = i18n.set_language(request)
    language = request.POST.get("language", "")
    if request.method == "POST" and isinstance(request.user, User) and language in Language.values:
        services.choose_language(user=request.user, language=language, by=request.user)
    return response
