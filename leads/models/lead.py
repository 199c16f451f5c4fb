from typing import Any, NoReturn

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, HashIndex
from django.db import models
from django.db.models.functions import Left, Lower
from django.utils import timezone
from django.utils.text import Truncator, format_lazy
from django.utils.translation import gettext_lazy as _

from campaigns.enums import Compared
from campaigns.fields import FIELDS, PHONE_FIELDS, TAX_ID_FIELDS
from easycall.ids import new_id
from leads.enums import EventKind, LeadState
from leads.models.folded import FoldedField
from leads.models.names import NameWordsField, Words

# An entry of an index has to stay small, and a doubtful e-mail can be long: what is looked up is its start.
INDEXED_EMAIL_LENGTH = 254
INDEXED_CHANNEL_LENGTH = 100
EXTERNAL_ID_LENGTH = 255
TITLE_LENGTH = 100
# The columns that are only searched in, made up of others.
DERIVED = ("name_words", "channel_key")

_RULE = f"({'|'.join(Compared.values)})"
RULES_PATTERN = rf"\A{_RULE}( {_RULE})*\Z"


def _column(name: str) -> "models.TextField[str, str]":
    return models.TextField(FIELDS[name].label, blank=True, default="")


def _as_sent(name: str) -> "models.TextField[str, str]":
    return models.TextField(format_lazy(_("{phone}, as sent"), phone=FIELDS[name].label), blank=True, default="")


class Lead(models.Model):
    """A person to call.

    The 23 predefined fields are text, each in its normal form (E.164, ISO 8601, decimal point) or, when it is
    doubtful, as it was sent: a column that took only good values would have to lose the others.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # When it came is in the id too, and so in every index with the id: leads.queries.came_between.
    created_at = models.DateTimeField(_("received"), default=timezone.now)
    # The relations have no index of their own: below, one that starts with each of them is there anyway.
    submission = models.ForeignKey(
        "leads.Submission", models.PROTECT, related_name="leads", db_index=False, verbose_name=_("received submission")
    )
    item = models.PositiveSmallIntegerField(_("place in the submission"), default=0)
    mapping = models.ForeignKey(
        "leads.ImportMapping", models.PROTECT, related_name="leads", db_index=False, verbose_name=_("Import API")
    )
    campaign = models.ForeignKey(
        "campaigns.Campaign", models.PROTECT, related_name="leads", db_index=False, verbose_name=_("campaign")
    )

    duplicate_of = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="duplicates", db_index=False, verbose_name=_("duplicate of")
    )
    # What told it, joined with blanks: the names of campaigns.enums.Compared.
    duplicate_rules = models.TextField(blank=True, default="", editable=False)
    # Nobody to call: no report counts it, and no other lead is compared with it.
    is_test = models.BooleanField(_("test lead"), default=False)
    # Moved by leads.services only, each time with a line of history.
    state = models.CharField(_("state"), max_length=6, choices=LeadState, default=LeadState.OPEN)

    external_id = models.CharField(_("external id"), max_length=EXTERNAL_ID_LENGTH, blank=True, default="")
    channel = models.TextField(_("channel"), blank=True, default="")
    consent = models.TextField(_("consent"), blank=True, default="")

    nome = _column("nome")
    cognome = _column("cognome")
    nome_completo = _column("nome_completo")
    partita_iva = _column("partita_iva")
    codice_fiscale = _column("codice_fiscale")
    telefono_fisso = _column("telefono_fisso")
    telefono_fisso_sent = _as_sent("telefono_fisso")
    telefono_mobile = _column("telefono_mobile")
    telefono_mobile_sent = _as_sent("telefono_mobile")
    altro_telefono = _column("altro_telefono")
    altro_telefono_sent = _as_sent("altro_telefono")
    telefono = _column("telefono")
    telefono_sent = _as_sent("telefono")
    email = _column("email")
    otro = _column("otro")
    personalizzato1 = _column("personalizzato1")
    personalizzato2 = _column("personalizzato2")
    nazione = _column("nazione")
    regione = _column("regione")
    provincia = _column("provincia")
    cap = _column("cap")
    comune = _column("comune")
    strada = _column("strada")
    latitudine = _column("latitudine")
    longitudine = _column("longitudine")
    data_scadenza = _column("data_scadenza")
    data_presentazione = _column("data_presentazione")

    answers = models.JSONField(_("answers"), default=dict, blank=True)
    kept_aside = models.JSONField(_("keys kept aside"), default=dict, blank=True)
    warnings = models.JSONField(_("warnings"), default=list, blank=True)
    # The codes of `warnings`, joined with blanks: what a list can filter by on every database.
    warning_codes = models.TextField(blank=True, default="", editable=False)
    name_words = NameWordsField(blank=True, default="", editable=False)
    # A column, for an index of an expression does not answer alone: to read the rows of a channel that is quiet by now
    # PostgreSQL would go through all that came since.
    channel_key = FoldedField(of="channel", length=INDEXED_CHANNEL_LENGTH, blank=True, default="", editable=False)

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        ordering = ("-id",)
        permissions = (("export_lead", "Can export lead"),)
        indexes = (
            # By hash, because a doubtful phone can be longer than an entry of a tree.
            *(
                HashIndex(name=f"lead_{name}", fields=(name,), condition=~models.Q(**{name: ""}))
                for name in (*PHONE_FIELDS, *TAX_ID_FIELDS)
            ),
            # Without a condition: of an expression PostgreSQL has statistics only where its index covers every row.
            models.Index(Lower(Left("email", INDEXED_EMAIL_LENGTH)), name="lead_email"),
            # On SQLite, which has no index of words, the search reads the column.
            GinIndex(Words("name_words"), name="lead_name_words"),
            models.Index(name="lead_external_id", fields=("external_id",), condition=~models.Q(external_id="")),
            models.Index(name="lead_campaign_time", fields=("campaign", "-id")),
            models.Index(name="lead_mapping_time", fields=("mapping", "-id")),
            models.Index(
                name="lead_duplicates_of",
                fields=("duplicate_of", "-id"),
                condition=models.Q(duplicate_of__isnull=False),
            ),
            models.Index(name="lead_state_time", fields=("state", "-id")),
            models.Index(name="lead_test", fields=("-id",), condition=models.Q(is_test=True)),
            models.Index(name="lead_marked_duplicate", fields=("-id",), condition=models.Q(duplicate_of__isnull=False)),
            models.Index(name="lead_channel_time", fields=("channel_key", "-id")),
            # With the codes, so that looking for one of them reads no other lead.
            models.Index(
                name="lead_with_warnings", fields=("-id", "warning_codes"), condition=~models.Q(warning_codes="")
            ),
        )
        constraints = (
            models.CheckConstraint(name="lead_state_is_known", condition=models.Q(state__in=LeadState.values)),
            models.UniqueConstraint(
                name="lead_once_an_external_id",
                fields=("mapping", "external_id"),
                condition=~models.Q(external_id="") & models.Q(is_test=False),
            ),
            models.UniqueConstraint(name="lead_once_an_item", fields=("submission", "item")),
            models.CheckConstraint(
                name="lead_has_a_contact",
                condition=models.Q(*((name, "") for name in (*PHONE_FIELDS, "email")), _negated=True),
                violation_error_message=_("A lead needs a phone or an e-mail."),
            ),
            models.CheckConstraint(
                name="lead_is_a_duplicate_by_rules",
                condition=models.Q(duplicate_of__isnull=True, duplicate_rules="")
                | models.Q(duplicate_of__isnull=False, duplicate_rules__regex=RULES_PATTERN),
            ),
            models.CheckConstraint(
                name="lead_is_no_duplicate_of_itself", condition=~models.Q(duplicate_of=models.F("id"))
            ),
        )

    def __str__(self) -> str:
        return Truncator(self.name or self.contact).chars(TITLE_LENGTH)

    def derive(self) -> None:
        """Make up anew what is searched in, for a bulk_update: it leaves out what a field does before it is saved."""
        for field in self._meta.concrete_fields:
            if field.attname in DERIVED:
                field.pre_save(self, add=False)

    @property
    def name(self) -> str:
        return self.nome_completo or f"{self.nome} {self.cognome}".strip()

    @property
    def phone(self) -> str:
        """The number to try first."""
        return self.telefono_mobile or self.telefono or self.telefono_fisso or self.altro_telefono

    @property
    def contact(self) -> str:
        return self.phone or self.email


class LeadEvent(models.Model):
    """One line of a lead's history. Lines are added, never changed."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="events", verbose_name=_("lead"))
    kind = models.CharField(_("what happened"), max_length=20, choices=EventKind.choices)
    at = models.DateTimeField(_("when"), default=timezone.now)
    # Nobody is looked up by what they did, and no user is deleted: an index would only cost.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("by")
    )
    submission = models.ForeignKey(
        "leads.Submission", models.PROTECT, null=True, related_name="+", verbose_name=_("received submission")
    )
    data = models.JSONField(_("details"), default=dict, blank=True)

    class Meta:
        verbose_name = _("history line")
        verbose_name_plural = _("history")
        # Who may see the lead may see these.
        default_permissions = ()
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(name="event_kind_is_known", condition=models.Q(kind__in=EventKind.values)),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_kind_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            self._refuse()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise TypeError("The history of a lead is append-only.")
