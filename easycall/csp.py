"""Where a page may take its scripts, styles and pictures from: this server, and nowhere else.

The pages of the admin need more: Alpine, which the theme is made with, evaluates the expressions in its attributes
(`unsafe-eval`), and the theme writes its colours into the page as a style (`unsafe-inline`, for styles only). No page
runs a script that is written into it.
"""

from typing import Any

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest
from django.http.response import HttpResponseBase

ADMIN_PREFIX = "/admin/"

POLICY: dict[str, Any] = {
    "default-src": [SELF],
    "img-src": [SELF, "data:"],
    "object-src": [NONE],
    "base-uri": [NONE],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
}
ADMIN_POLICY: dict[str, Any] = {
    **POLICY,
    "script-src": [SELF, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
}


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """The policy of each answer, by its address. An answer that names its own keeps it."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only and parts.config is None:
            parts.config = ADMIN_POLICY if request.path_info.startswith(ADMIN_PREFIX) else POLICY
        return parts
