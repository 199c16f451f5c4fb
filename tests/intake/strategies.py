"""What hypothesis sends: leads as dicts, with the keys that are known and any others."""

from hypothesis import strategies as st

from campaigns.fields import ALIASES, ENVELOPE_NAMES

# Characters that a body of any kind can carry; a NUL and half a surrogate pair are refused in all of them.
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
ANY_TEXT = st.text(CHARACTERS, max_size=20)
LINES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=20).map(str.strip)

QUESTIONS = ("notas", "metros", "visita", "garaje", "tipo_inmueble", "presupuesto")
KNOWN_KEYS = st.sampled_from(
    sorted({alias.key for alias in ALIASES} | {name for names in ENVELOPE_NAMES.values() for name in names[:2]})
).filter(lambda key: not key.startswith(("Campaign", "campaign")))
KEYS = KNOWN_KEYS | KNOWN_KEYS.map(str.upper) | st.sampled_from(QUESTIONS)

PHONES = st.from_regex(
    r"(\+34|0034|\+39|tel:)? ?[036789][0-9]{2}([ .\-/]?[0-9]{2,3}){2,3}( ?ext\. ?[0-9]{1,3})?", fullmatch=True
)
EMAILS = st.from_regex(r" ?[a-zA-Zñé+_.]{1,8}@[A-Za-zñÑ\-]{1,9}\.(ES|com|it)", fullmatch=True)
TAX_IDS = st.from_regex(
    r"[XYZB]?[ .\-]?[0-9]{7,8}[ .\-]?[A-Za-z]|[0-9]{11}|[a-zA-Z]{6}[0-9]{2}[A-T][0-9]{2}[A-Z][0-9]{3}[A-Z]",
    fullmatch=True,
)
DECIMALS = st.from_regex(r"[+\-]?[0-9]{1,3}([.,][0-9]{0,9})?(e[+\-]?[0-9])?", fullmatch=True)
DATES = st.from_regex(
    r"([0-9]{4}-[01][0-9]-[0-3][0-9]|[0-3]?[0-9]([/.\-])[01]?[0-9]\2(19|20)[0-9]{2}|20[0-9]{2}[01][0-9][0-3][0-9])"
    r"([T ][0-2]?[0-9]:[0-6][0-9](:[0-6][0-9]([.,][0-9]{1,7})?)?(Z|[+\-][01][0-9]:?[03]0)?)?",
    fullmatch=True,
)
WORDS = st.sampled_from(["", " ", "sí", "No", "true", "1", "piso", "ATICO DUPLEX", "600 11 12 22", "=1+1", "'", "null"])

VALUES = WORDS | PHONES | EMAILS | TAX_IDS | DECIMALS | DATES
LINE_VALUES = VALUES.map(str.strip) | LINES

SCALARS = (
    VALUES | ANY_TEXT | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
)
NESTED = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3))

CONTACT = {"Campaign": "expo_2026", "telefono_movil": "600111222"}
OBJECTS = st.dictionaries(KEYS | ANY_TEXT, NESTED, max_size=8).map(lambda lead: {**lead, **CONTACT})
PAIRS = st.lists(st.tuples(KEYS | st.text("abc", max_size=2), VALUES | ANY_TEXT), max_size=8)
LINE_PAIRS = st.lists(st.tuples(KEYS | st.text("abc", min_size=1, max_size=2), LINE_VALUES), max_size=8)
LEADS = st.dictionaries(KEYS | st.text("abc", min_size=1, max_size=2), LINE_VALUES, max_size=8).map(
    lambda lead: {**lead, **CONTACT}
)
