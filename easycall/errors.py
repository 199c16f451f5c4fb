"""The one family of errors. Each class is a problem type of the contract; easycall.api.problems puts it on the wire.

Details are written for the integrator, in English, and never repeat a value that was sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong at one place of the body; `pointer` is a JSON pointer (RFC 6901), "" the whole."""

    pointer: str
    detail: str


class Problem(Exception):
    """An answer other than 2xx: `detail` says what is wrong with this request, `members` extend the document."""

    type: ClassVar[str]
    status: ClassVar[int]
    title: ClassVar[Promise]
    remedy: ClassVar[Promise]

    # The id of the Import API row that the request came through, where that is known: for the journal only.
    import_api: int | None = None
    # A template that is given one of these classes would call it for an instance.
    do_not_call_in_templates = True

    def __init__(
        self,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        members: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)
        self.members = dict(members or {})
        self.headers = dict(headers or {})

    def document(self, submission: UUID | None = None) -> dict[str, Any]:
        """The problem document of RFC 9457; `submission` is the journal's row of this request, where there is one.

        `type` is relative to this server, which answers there with what the problem means.
        """
        instance = {} if submission is None else {"instance": f"urn:uuid:{submission}", "submission": str(submission)}
        return {
            "type": f"/problems/{self.type}",
            "title": str(self.title),
            "status": self.status,
            "detail": self.detail,
            **instance,
            "errors": [{"pointer": error.pointer, "detail": error.detail} for error in self.errors],
            **self.members,
        }


class MalformedRequest(Problem):
    type, status = "malformed-request", 400
    title = _("The request is not well formed")
    remedy = _("Send one Authorization header, no token in the URL, and a valid host name.")


class MalformedBody(Problem):
    type, status = "malformed-body", 400
    title = _("The body can't be read")
    remedy = _("Correct the body at the place that the answer names; nothing of it was taken.")


class InvalidQuery(Problem):
    type, status = "invalid-query", 400
    title = _("The query can't be answered")
    remedy = _("Correct the parameters that the answer names.")


class IdempotencyKeyInvalid(Problem):
    type, status = "idempotency-key-invalid", 400
    title = _("The Idempotency-Key header is not valid")
    remedy = _("Send one Idempotency-Key of 1 to 255 visible ASCII characters, such as a UUID.")


class _Unauthorized(Problem):
    status = 401

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": self.challenge})

    challenge: ClassVar[str]


class MissingCredentials(_Unauthorized):
    type = "missing-credentials"
    challenge = 'Bearer realm="easycall"'
    title = _("No token was sent")
    remedy = _("Send the header “Authorization: Bearer <token>”.")


class InvalidToken(_Unauthorized):
    type = "invalid-token"
    challenge = 'Bearer realm="easycall", error="invalid_token"'
    title = _("The token is not valid")
    remedy = _("Check that the token is whole, or ask the administrator for a new one.")


class AddressNotAllowed(Problem):
    type, status = "address-not-allowed", 403
    title = _("The token is not accepted from this address")
    remedy = _("Add the sender's address to the networks of the credential, or send from one of them.")


class InsufficientScope(Problem):
    type, status = "insufficient-scope", 403
    title = _("The token is not made for this")
    remedy = _("Use a token that is: which sends leads, which reads, is chosen where the credential is made.")

    def __init__(self, detail: str, *, scope: str) -> None:
        challenge = f'Bearer realm="easycall", error="insufficient_scope", scope="{scope}"'
        super().__init__(detail, headers={"WWW-Authenticate": challenge})


class PermissionDenied(Problem):
    type, status = "permission-denied", 403
    title = _("The user of this token may not see this")
    remedy = _("Have the administrator give the user of the token a role that may.")


class NotFound(Problem):
    type, status = "not-found", 404
    title = _("There is nothing at this address")
    remedy = _("Send leads to /easycall/spring, and read them at /api/leads/.")


class MethodNotAllowed(Problem):
    type, status = "method-not-allowed", 405
    title = _("This method is not allowed here")
    remedy = _("Send leads with POST, and read with GET.")


class NotAcceptable(Problem):
    type, status = "not-acceptable", 406
    title = _("The answer can't be given in the media type asked for")
    remedy = _("Accept application/json.")


class IdempotencyKeyInUse(Problem):
    type, status = "idempotency-key-in-use", 409
    title = _("The first request with this key is still being processed")
    remedy = _("Send the same request again a moment later.")

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"Retry-After": "1"})


class ContentTooLarge(Problem):
    type, status = "content-too-large", 413
    title = _("The content is too large")
    remedy = _("Send less at once: the answer names the limit that was passed.")


class UnsupportedMediaType(Problem):
    type, status = "unsupported-media-type", 415
    title = _("The body is of a type that is not read here")
    remedy = _("Send application/json, a form or text/plain, not compressed, in a charset of the documentation.")


class UnknownCampaign(Problem):
    type, status = "unknown-campaign", 422
    title = _("No active Import API of this user has this campaign code")
    remedy = _("Add the code to the Import API of this user, or have the sender write one of its own codes.")


class CampaignInactive(Problem):
    type, status = "campaign-inactive", 422
    title = _("The campaign is not active")
    remedy = _("Activate the campaign, or send the Import API row to another one.")


class MissingContact(Problem):
    type, status = "missing-contact", 422
    title = _("The lead has neither phone nor e-mail")
    remedy = _("Send at least one phone or e-mail under a predefined key.")


class DuplicateRefused(Problem):
    type, status = "duplicate-refused", 422
    title = _("The lead is here already, and its campaign refuses duplicates")
    remedy = _("There is nothing to send again; what is compared, and what follows, is set in the campaign.")


class IdempotencyKeyReused(Problem):
    type, status = "idempotency-key-reused", 422
    title = _("The key was used for another request")
    remedy = _("Choose a new Idempotency-Key for each lead, and repeat it only with the same data.")


class TooManyRequests(Problem):
    type, status = "too-many-requests", 429
    title = _("Too many requests in a short time")
    remedy = _("Wait the seconds that Retry-After names, and correct a wrong token before it is sent again.")

    def __init__(self, detail: str, *, wait: int) -> None:
        """`wait` is in seconds."""
        super().__init__(detail, headers={"Retry-After": str(wait)})


class TemporarilyUnavailable(Problem):
    type, status = "temporarily-unavailable", 503
    title = _("The service can't answer right now")
    remedy = _("Send the same request again after the seconds that Retry-After names.")

    def __init__(self, detail: str = "The request could not be completed. Send it again later.") -> None:
        super().__init__(detail, headers={"Retry-After": "5"})


PROBLEMS: Mapping[str, type[Problem]] = {
    problem.type: problem
    for problem in (
        MalformedRequest,
        MalformedBody,
        InvalidQuery,
        IdempotencyKeyInvalid,
        MissingCredentials,
        InvalidToken,
        AddressNotAllowed,
        InsufficientScope,
        PermissionDenied,
        NotFound,
        MethodNotAllowed,
        NotAcceptable,
        IdempotencyKeyInUse,
        ContentTooLarge,
        UnsupportedMediaType,
        UnknownCampaign,
        CampaignInactive,
        MissingContact,
        DuplicateRefused,
        IdempotencyKeyReused,
        TooManyRequests,
        TemporarilyUnavailable,
    )
}
