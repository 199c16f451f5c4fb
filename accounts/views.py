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
    user, language = request.user, request.POST.get("language", "")
    is_choice = request.method == "POST" and language in Language.values
    # With the password alone nobody changes anything of a user.
    if is_choice and isinstance(user, User) and not user.second_factor_pending:
        services.choose_language(user=user, language=language, by=user)
    return response
