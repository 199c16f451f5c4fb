"""Who is let in where: a row for every URL of the resolver.

`-` is somebody who has not signed in, the letters are the roles. Each role comes with a session of its user and a token
for everything.
"""

from dataclasses import dataclass

from accounts.roles import Role

ANYBODY, NOBODY = "-ASOI", ""
ROLES = {"A": Role.ADMINISTRATOR, "S": Role.SUPPORT, "O": Role.OPERATOR, "I": Role.INTEGRATOR}
STAFF, TOKENS = "ASO", "ASOI"


@dataclass(frozen=True, slots=True)
class Row:
    """`get` are those who may look (GET, HEAD), `post` those who may act; `other` is for the other methods, which most
    pages take for a GET. A 405 is let in: it says nothing."""

    url: str
    get: str
    post: str
    other: str | None = None

    def allowed(self, method: str) -> str:
        if method == "post":
            return self.post
        return self.get if method in ("get", "head") or self.other is None else self.other


def _pages(section: str, model: str, *, see: str, add: str = "", change: str = "", delete: str = "") -> dict[str, Row]:
    """The pages that Django's admin has for a model."""
    name, url = f"admin:{section}_{model}", f"/admin/{section}/{model}/"
    one = f"{url}{{{model}}}/"
    return {
        f"{name}_changelist": Row(url, see, see),
        f"{name}_add": Row(f"{url}add/", add, add),
        f"{name}_history": Row(f"{one}history/", see, see),
        f"{name}_delete": Row(f"{one}delete/", delete, delete),
        f"{name}_change": Row(f"{one}change/", see, change),
        # Leads to the page of the row.
        f"admin/{section}/{model}/<path:object_id>/": Row(one, STAFF, STAFF),
    }


ROWS = {
    "": Row("/", ANYBODY, ANYBODY),
    "admin:index": Row("/admin/", STAFF, STAFF),
    "admin:first_steps": Row("/admin/first-steps/", "AS", "AS"),
    "admin:login": Row("/admin/login/", ANYBODY, ANYBODY),
    "admin:logout": Row("/admin/logout/", ANYBODY, ANYBODY),
    "admin:roles": Row("/admin/roles/", "AS", "AS"),
    "admin:security": Row("/admin/security/", STAFF, STAFF),
    "second_factor": Row("/admin/second-factor/", STAFF, STAFF),
    "second_factor_set_up": Row("/admin/second-factor/set-up/", STAFF, STAFF),
    "admin_password_reset": Row("/admin/password-reset/", ANYBODY, ANYBODY),
    "password_reset_done": Row("/admin/password-reset/sent/", ANYBODY, ANYBODY),
    "password_reset_confirm": Row("/admin/password-reset/MQ/token/", ANYBODY, ANYBODY),
    "password_reset_complete": Row("/admin/password-reset/done/", ANYBODY, ANYBODY),
    "set_language": Row("/language/", ANYBODY, ANYBODY),
    "admin:password_change": Row("/admin/password_change/", STAFF, STAFF),
    "admin:password_change_done": Row("/admin/password_change/done/", STAFF, STAFF),
    "admin:autocomplete": Row(
        "/admin/autocomplete/?app_label=leads&model_name=importmapping&field_name=user", "AS", STAFF, STAFF
    ),
    "admin:jsi18n": Row("/admin/jsi18n/", STAFF, STAFF),
    "admin:view_on_site": Row("/admin/r/1/1/", NOBODY, NOBODY),
    "admin:app_list": Row("/admin/campaigns/", "AS", "AS"),
    "admin/(?P<url>.*)$": Row("/admin/nothing/", NOBODY, NOBODY),
    **_pages("accounts", "user", see="AS", add="A", change="A"),
    "admin:auth_user_password_change": Row("/admin/accounts/user/{user}/password/", "A", "A"),
    "admin:accounts_user_access": Row("/admin/accounts/user/{user}/access/", "A", "A"),
    "admin:accounts_credential_change": Row("/admin/accounts/user/{user}/credential/{credential}/change/", "A", "A"),
    "admin:accounts_credential_add": Row("/admin/accounts/user/{user}/credential/add/", "A", "A"),
    "admin:accounts_credential_revoke": Row("/admin/accounts/user/{user}/credential/{credential}/revoke/", "A", "A"),
    **_pages("accounts", "refusal", see="AS"),
    **_pages("campaigns", "campaign", see="AS", add="AS", change="AS", delete="A"),
    **_pages("campaigns", "question", see="AS", add="AS", change="AS", delete="A"),
    **_pages("leads", "lead", see="ASO"),
    **{
        f"admin:leads_lead_{act}": Row(f"/admin/leads/lead/{{lead}}/{act}/", "AS", "AS")
        for act in ("correct", "close", "reopen", "mark_test", "unmark_test")
    },
    **{
        f"admin:leads_{model}_{tool}": Row(f"/admin/leads/{model}/{tool}/", see, see)
        for tool, roles in {"columns": ("ASO", "AS"), "filters": ("ASO", "AS"), "export": ("A", "A")}.items()
        for model, see in zip(("lead", "submission"), roles, strict=True)
    },
    **_pages("leads", "export", see="A"),
    **_pages("leads", "importmapping", see="AS", add="AS", change="AS", delete="A"),
    **{
        f"admin:leads_importmapping_{name}": Row(f"/admin/leads/importmapping/{{importmapping}}/kit/{part}", "AS", "AS")
        for name, part in {
            "kit": "",
            "openapi": "openapi.json",
            "try": "try/",
            "share": "share/",
            "revoke": "share/{share_link_id}/revoke/",
            "requests": "requests/",
            "answer": "requests/{own_submission}",
        }.items()
    },
    **_pages("leads", "submission", see="AS"),
    "admin:leads_submission_body": Row("/admin/leads/submission/{submission}/body/", "AS", "AS"),
    "admin:leads_submission_answer": Row("/admin/leads/submission/{submission}/answer/", "AS", "AS"),
    "admin:leads_submission_replay": Row("/admin/leads/submission/{submission}/replay/", "AS", "AS"),
    **_pages("leads", "unknownkey", see="AS"),
    "admin:leads_unknownkey_question": Row("/admin/leads/unknownkey/{unknownkey}/question/", "AS", "AS"),
    "admin:leads_unknownkey_alias": Row("/admin/leads/unknownkey/{unknownkey}/alias/", "AS", "AS"),
    "admin:leads_unknownkey_dismiss": Row("/admin/leads/unknownkey/{unknownkey}/dismiss/", "AS", "AS"),
    "admin:leads_unknownkey_fill": Row("/admin/leads/unknownkey/{unknownkey}/fill/", "AS", "AS"),
    "admin:leads_unknownkey_undo": Row("/admin/leads/unknownkey/fill/{fill}/undo/", "AS", "AS"),
    "intake:spring": Row("/easycall/spring", TOKENS, TOKENS),
    "intake:explain": Row("/easycall/spring/explain", TOKENS, TOKENS),
    "api:leads": Row("/api/leads/", "ASO", "ASOI", "ASOI"),
    "api:lead": Row("/api/leads/{lead}/", "ASO", "ASOI", "ASOI"),
    # Of an integrator those that it sent itself.
    "api:submissions": Row("/api/submissions/", TOKENS, TOKENS),
    "api:submission": Row("/api/submissions/{submission}/", "AS", TOKENS, TOKENS),
    "schema": Row("/api/schema/", ANYBODY, ANYBODY),
    "docs": Row("/api/docs/", ANYBODY, ANYBODY),
    "problem": Row("/problems/not-found", ANYBODY, ANYBODY),
    # Whoever has the link, signed in or not; a POST is answered 405.
    "share:page": Row("/kit/{share_link}/", ANYBODY, ANYBODY),
    "share:openapi": Row("/kit/{share_link}/openapi.json", ANYBODY, ANYBODY),
    "share:requests": Row("/kit/{share_link}/requests/", ANYBODY, ANYBODY),
    "share:answer": Row("/kit/{share_link}/requests/{own_submission}", ANYBODY, ANYBODY),
    "health/live": Row("/health/live", ANYBODY, ANYBODY),
    "health/ready": Row("/health/ready", ANYBODY, ANYBODY),
}
