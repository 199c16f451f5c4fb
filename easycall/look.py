"""What the theme asks the settings for: name, icon, colours, files."""

from typing import Any

from django.templatetags.static import static

# The menu is in easycall.site.
UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "easycall",
    "SITE_HEADER": "easycall",
    "SITE_SYMBOL": "headset_mic",
    "SITE_URL": None,
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("easycall/favicon.svg")},
    ],
    "DASHBOARD_CALLBACK": "leads.admin.front.front_page",
    "SHOW_LANGUAGES": True,
    "SHOW_VIEW_ON_SITE": False,
    "STYLES": [lambda request: static("easycall/theme.css")],
    "SCRIPTS": [lambda request: static("easycall/theme.js")],
    "COLORS": {
        "primary": {
            "50": "oklch(98.4% .014 180.72)",
            "100": "oklch(95.3% .051 180.801)",
            "200": "oklch(91% .096 180.426)",
            "300": "oklch(85.5% .138 181.071)",
            "400": "oklch(77.7% .152 181.912)",
            "500": "oklch(70.4% .14 182.503)",
            "600": "oklch(51.1% .096 186.391)",
            "700": "oklch(43.7% .078 188.216)",
            "800": "oklch(38.6% .063 188.416)",
            "900": "oklch(33% .053 189)",
            "950": "oklch(27.7% .046 192.524)",
        },
    },
}
