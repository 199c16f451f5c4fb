"""The lists and their rows. A token reads what the role of its user may see; without one, its own submissions."""

import time
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import ReadOnlyModelViewSet

from accounts.api import ReadToken, reader
from accounts.models import Credential
from easycall import request_log
from easycall.api.pages import KeyPagination
from easycall.errors import PermissionDenied
from leads.api.reading.filters import LeadFilter, StrictFilterBackend, SubmissionFilter
from leads.api.reading.serializers import (
    StoredLeadDetailSerializer,
    StoredLeadSerializer,
    SubmissionDetailSerializer,
    SubmissionSerializer,
)
from leads.models import Lead, Submission
from leads.models.lead import DERIVED


class _ReadView(ReadOnlyModelViewSet[Any]):
    http_method_names = ["get", "head"]
    permission_classes = (ReadToken,)
    pagination_class = KeyPagination
    filter_backends = (StrictFilterBackend,)
    detail_serializer: ClassVar[type[BaseSerializer[Any]]]
    route: ClassVar[str]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self._began = time.perf_counter()
        super().initial(request, *args, **kwargs)

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        return self.detail_serializer if self.action == "retrieve" else super().get_serializer_class()

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Content-Language"] = "en"
        # An answer about people is for who asked, and for no cache on the way.
        answer["Cache-Control"] = "no-store"
        credential = request._auth if hasattr(request, "_auth") else None
        request_log.record(
            method=str(request.method),
            route=self.route,
            status=answer.status_code,
            credential=credential.prefix if isinstance(credential, Credential) else "",
            seconds=time.perf_counter() - self._began,
        )
        return answer


@extend_schema(tags=["read"])
@extend_schema_view(
    list=extend_schema(
        operation_id="leads",
        summary="List leads",
        description="The newest first. It takes a token with the scope `read`, of a user that may see leads.",
    ),
    retrieve=extend_schema(operation_id="lead", summary="One lead, with its history"),
)
class LeadView(_ReadView):
    route = "leads"
    serializer_class = StoredLeadSerializer
    detail_serializer = StoredLeadDetailSerializer
    filterset_class = LeadFilter
    queryset = Lead.objects.select_related("campaign", "mapping__user").defer(*DERIVED)

    def get_queryset(self) -> QuerySet[Lead]:
        if not reader(self.request).has_perm("leads.view_lead"):
            raise PermissionDenied("The user of this token may read its own submissions, and no leads.")
        leads: QuerySet[Lead] = super().get_queryset()
        return leads.prefetch_related("events__by") if self.action == "retrieve" else leads


@extend_schema(tags=["read"])
@extend_schema_view(
    list=extend_schema(
        operation_id="submissions",
        summary="List submissions",
        description="The newest first. It takes a token with the scope `read`: of a user that may see submissions it "
        "reads all, of any other one those that this user sent.",
    ),
    retrieve=extend_schema(operation_id="submission", summary="One submission, with its receipt or problem"),
)
class SubmissionView(_ReadView):
    route = "submissions"
    serializer_class = SubmissionSerializer
    detail_serializer = SubmissionDetailSerializer
    filterset_class = SubmissionFilter
    queryset = Submission.objects.select_related("user", "credential", "mapping").defer("body", "query")

    def get_queryset(self) -> QuerySet[Submission]:
        user = reader(self.request)
        submissions: QuerySet[Submission] = super().get_queryset()
        if self.action == "list":
            submissions = submissions.defer("body", "query", "answer", "first_answer")
        return submissions if user.has_perm("leads.view_submission") else submissions.filter(user=user)
