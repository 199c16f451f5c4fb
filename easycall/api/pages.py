"""Pages of a list by the keys of its rows: the last page costs no more than the first, and none moves meanwhile."""

from typing import Any
from uuid import UUID

from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from easycall.errors import FieldError, InvalidQuery


class KeyPagination(CursorPagination):
    """The newest first, for rows whose ids sort by time."""

    ordering = "-id"
    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    page_size_query_description = f"How many results, from 1 to {max_page_size}; {page_size} if it is left out."
    cursor_query_description = "Of the `next` or `previous` of an answer, never made up."

    @property
    def parameters(self) -> set[str]:
        return {self.cursor_query_param, self.page_size_query_param}

    def decode_cursor(self, request: Request) -> Cursor | None:
        try:
            cursor = super().decode_cursor(request)
            if cursor and cursor.position is not None:
                UUID(str(cursor.position))  # it is compared with ids
        except (NotFound, ValueError):
            raise wrong_parameter(self.cursor_query_param, "Take it from an answer, unchanged.") from None
        return cursor

    def get_page_size(self, request: Request) -> int:
        text = request.query_params.get(self.page_size_query_param, str(self.page_size))
        if not (text.isascii() and text.isdigit() and 1 <= int(text[:5]) <= self.max_page_size):
            raise wrong_parameter(self.page_size_query_param, f"Write a number from 1 to {self.max_page_size}.")
        return int(text)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"] |= {"minimum": 1, "maximum": self.max_page_size, "default": self.page_size}
        return parameters

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {
            "type": ["string", "null"],
            "format": "uri",
            "description": "The address of that page, if there is one.",
        }
        properties = {"next": link, "previous": link, "results": schema}
        return {"type": "object", "properties": properties, "required": [*properties]}


def wrong_parameter(name: str, detail: str) -> InvalidQuery:
    return InvalidQuery(f"The parameter “{name}” is wrong.", errors=[FieldError("", f"{name}: {detail}")])
