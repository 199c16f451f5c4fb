"""Where Django writes “Lunedì 23 Novembre 2026 22:17”, people write “23 novembre 2026, 22:17”."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y, H:i"
