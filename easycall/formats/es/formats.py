"""Where Django writes “5 000 000” with blanks that do not break, people write “5.000.000”."""

THOUSAND_SEPARATOR = "."
