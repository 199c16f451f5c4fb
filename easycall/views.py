from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from easycall.errors import PROBLEMS


def problem(request: HttpRequest, slug: str) -> HttpResponse:
    """What a problem's `type` leads to: its meaning and what to do about it."""
    try:
        return render(request, "problem.html", {"problem": PROBLEMS[slug]})
    except KeyError:
        raise Http404 from None
