"""Replaying from the list of submissions and from the page of one."""

import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from easycall.admin import ViewOnlyAdmin
from leads.admin.labels import problem_title
from leads.intake.replay import Fate, Tally, replay, replay_all
from leads.models import Submission
from leads.queries import as_uuid, replayable, waiting

# What one click does at most: the answer has to come before the reader, or a proxy, gives up.
MOST_AT_ONCE = 1_000
SECONDS_AT_ONCE = 15.0

MOST_PROBLEMS_TOLD = 3


class ReplayPages(ViewOnlyAdmin[Submission]):
    """The part of the pages of submissions that replays them."""

    actions = ("replay_picked",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.replay_one)
        return [path("<uuid:submission_id>/replay/", view, name="leads_submission_replay"), *super().get_urls()]

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("leads.replay_submission")

    @admin.action(description=gettext_lazy("Replay"), permissions=["replay"])
    def replay_picked(self, request: HttpRequest, queryset: QuerySet[Submission]) -> HttpResponse | None:
        """Ask first; then replay as many as one click may, and ask again when there are more."""
        after = as_uuid(request.POST.get("after", ""))
        rest = queryset.filter(pk__gt=after) if after else queryset
        if "confirmed" in request.POST:
            tally, last = _replay_some(rest, _actor(request))
            self.message_user(request, tally_text(tally), messages.WARNING if tally.problems else messages.SUCCESS)
            if last is None or not replayable(queryset.filter(pk__gt=last)).exists():
                return None
            after, rest = last, queryset.filter(pk__gt=last)
        return TemplateResponse(request, "admin/leads/submission/replay.html", self._question(request, rest, after))

    def _question(self, request: HttpRequest, rest: QuerySet[Submission], after: UUID | None) -> dict[str, Any]:
        number = replayable(rest).count()
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Replay submissions"),
            "number": number,
            "never": waiting(rest).count() - number,
            "after": after or "",
            "most": MOST_AT_ONCE,
            "picked": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "checkbox": ACTION_CHECKBOX_NAME,
            "select_across": request.POST.get("select_across", "0"),
        }

    def replay_one(self, request: HttpRequest, submission_id: UUID) -> HttpResponse:
        if not (self.has_replay_permission(request) and self.has_view_permission(request)):
            raise PermissionDenied
        if not Submission.objects.filter(pk=submission_id).exists():
            raise Http404
        if request.method == "POST":
            tally = Tally()
            tally.add(replay(submission_id=submission_id, by=_actor(request)))
            self.message_user(request, tally_text(tally), messages.WARNING if tally.problems else messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:leads_submission_change", args=[submission_id]))


def _replay_some(submissions: QuerySet[Submission], by: User) -> tuple[Tally, UUID | None]:
    """What became of those that one click may replay, and the last of them."""
    tally, last, begun = Tally(), None, time.monotonic()
    for number, replayed in enumerate(replay_all(submissions=submissions, by=by), start=1):
        tally.add(replayed)
        last = replayed.submission_id
        if number >= MOST_AT_ONCE or time.monotonic() - begun > SECONDS_AT_ONCE:
            break
    return tally, last


def tally_text(tally: Tally) -> str:
    """What became of the replayed, in a sentence, and of what there was most among the problems."""
    counts = ", ".join(_counts(tally))
    if not counts:
        return _("There was nothing to replay.")
    text = _("Replayed: %(counts)s.") % {"counts": counts}
    worst = tally.problems.most_common(MOST_PROBLEMS_TOLD)
    if not worst:
        return text
    problems = "; ".join(f"{problem_title(slug)} ({number})" for slug, number in worst)
    return text + " " + _("What is wrong: %(problems)s.") % {"problems": problems}


def _counts(tally: Tally) -> Iterator[str]:
    accepted, partial, repeated = (tally.fates[fate] for fate in (Fate.ACCEPTED, Fate.PARTIAL, Fate.REPEATED))
    rejected, left = tally.fates[Fate.REJECTED], tally.fates[Fate.LEFT]
    if accepted:
        yield ngettext("%(count)d accepted", "%(count)d accepted", accepted) % {"count": accepted}
    if partial:
        yield ngettext("%(count)d partly accepted", "%(count)d partly accepted", partial) % {"count": partial}
    if repeated:
        yield ngettext("%(count)d repeat", "%(count)d repeats", repeated) % {"count": repeated}
    if rejected:
        yield ngettext("%(count)d rejected again", "%(count)d rejected again", rejected) % {"count": rejected}
    if left:
        yield ngettext("%(count)d left as it was", "%(count)d left as they were", left) % {"count": left}


def why_not(submission: Submission) -> str:
    """Why a submission that is not wholly taken can't be replayed; empty when it can."""
    if submission.pruned_at:
        return _("It can't be replayed: what was sent is deleted.")
    if not submission.body_complete:
        return _("It can never become a lead: not all of the body is here. The sender has to send it again.")
    if replayable(Submission.objects.filter(pk=submission.pk)).exists():
        return ""
    return _("It can't be replayed: what was wrong is the request itself. The sender has to send it again.")


def _actor(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
