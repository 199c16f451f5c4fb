"""What the codes of a receipt mean, in words: English on the wire, the reader's language on the pages."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WARNING_TEXTS: Mapping[str, str | Promise] = {
    "read_as_json": _("The body was declared as something else but is JSON, and was read as JSON."),
    "read_as_windows_1252": _("The bytes are not UTF-8 and no charset was named; they were read as windows-1252."),
    "conflicting_value": _("Another key of the request means the same and has another value; the first one stays."),
    "conflicting_campaign": _("The URL names another campaign than the lead; the lead's own stays."),
    "invalid_phone": _("This is not a phone number of the campaign's country, nor an international one; kept as sent."),
    "several_phones": _("There is more than one phone number; the first one is taken, the text as sent is kept."),
    "phone_extension": _("The extension is not part of the stored number; the text as sent is kept."),
    "invalid_email": _("This is not an e-mail address; kept as sent."),
    "invalid_tax_id": _("The shape or the control letter is not that of a Spanish or Italian tax id; kept as sent."),
    "invalid_date": _("This is no date of a known form (2026-12-31, 31/12/2026) or no such day; kept as sent."),
    "time_not_kept": _("The field is a date; the time of day was left out of it."),
    "invalid_decimal": _("This is not a number; kept as sent."),
    "out_of_range": _("A latitude is between -90 and 90, a longitude between -180 and 180; kept as sent."),
    "invalid_answer": _("The answer does not fit the type of the question; kept as sent."),
    "missing_answer": _("The question is required and has no answer."),
    "external_id_too_long": _("The sender's id is longer than 255 characters and was kept aside."),
}

ASIDE_REASONS: Mapping[str, str | Promise] = {
    "unknown_key": _("No field, question or part of the envelope has this key."),
    "not_a_scalar": _("An object or a list came where one value is expected."),
    "conflicting_value": _("Another key of the request means the same and came first with another value."),
    "repeated_key": _("The key came before, with the same value in other characters."),
    "other_campaign": _("The question is not asked in this campaign."),
    "no_separator": _("The line has no “:” or “=”, so it is no field."),
    "file": _("Files are not taken; its name and size are noted."),
    "not_taken": _("The lead that is here has another value, which stays; this one is in its history."),
    "too_long": _("The value is longer than this field takes."),
}
