import re
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from leads import share_links
from leads.models import ShareLink
from tests.factories import ImportMappingFactory, UserFactory

pytestmark = pytest.mark.django_db


def make(days: int = 7) -> tuple[ShareLink, str]:
    return share_links.make(mapping=ImportMappingFactory(), days=days, by=UserFactory(admin=True))


def test_link_is_found_by_its_text_and_only_its_digest_is_kept() -> None:
    link, text = make()
    assert share_links.find(text) == link
    assert text not in str(vars(link))
    assert text.partition(".")[0] not in str(vars(link))


def test_two_links_have_nothing_in_common() -> None:
    (_, one), (_, other) = make(), make()
    assert one != other
    assert len(one) > 80
    assert re.fullmatch(r"[\w.-]+", one)


def test_text_that_was_not_signed_here_asks_no_database(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    _, text = make()
    with django_assert_num_queries(0):
        for wrong in ("", "x", text[:-1], text.swapcase(), text.partition(".")[0], "\0", f"{text}.{text}"):
            assert share_links.find(wrong) is None


def test_link_ends_when_it_expires() -> None:
    _, text = make(days=7)
    with time_machine.travel(timezone.now() + timedelta(days=7, seconds=1)):
        assert share_links.find(text) is None


def test_link_ends_when_it_is_revoked_and_says_by_whom() -> None:
    link, text = make()
    somebody = UserFactory(admin=True)
    share_links.revoke(link=link, by=somebody)
    assert share_links.find(text) is None
    at = link.revoked_at
    share_links.revoke(link=link, by=UserFactory(admin=True))
    assert (link.revoked_at, link.revoked_by) == (at, somebody)
    assert [*share_links.live(link.mapping)] == []


def test_link_of_a_user_who_is_not_active_opens_nothing_meanwhile() -> None:
    link, text = make()
    User.objects.update(is_active=False)
    assert share_links.find(text) is None
    User.objects.update(is_active=True)
    assert share_links.find(text) == link


def test_all_links_of_a_row_are_revoked_and_no_others() -> None:
    (link, text), (_, other) = make(), make()
    expired, _ = share_links.make(mapping=link.mapping, days=7, by=link.created_by)
    ShareLink.objects.filter(pk=expired.pk).update(
        created_at=timezone.now() - timedelta(days=2), expires_at=timezone.now() - timedelta(days=1)
    )
    assert share_links.revoke_all(mapping=link.mapping, by=link.created_by) == 1
    assert share_links.find(text) is None
    assert share_links.find(other)


def test_link_goes_with_its_import_api() -> None:
    link, text = make()
    link.mapping.delete()
    assert share_links.find(text) is None


@pytest.mark.parametrize(
    ("constraint", "columns"),
    [
        ("share_link_has_a_digest", {"digest": "x" * 64}),
        ("share_link_expires_after_creation", {"expires_at": timezone.now() - timedelta(days=1)}),
        ("share_link_revoked_by_somebody", {"revoked_at": timezone.now()}),
    ],
)
def test_database_refuses(constraint: str, columns: dict[str, object]) -> None:
    link, _ = make()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ShareLink.objects.filter(pk=link.pk).update(**columns)


def test_database_refuses_two_links_of_one_digest() -> None:
    (one, _), (other, _) = make(), make()
    with pytest.raises(IntegrityError, match="digest"), transaction.atomic():
        ShareLink.objects.filter(pk=one.pk).update(digest=other.digest)
