from django.contrib.admin import site

from easycall.site import MenuPage
from leads.admin.export import ExportAdmin as ExportAdmin
from leads.admin.front.first_steps import first_steps, may_set_up
from leads.admin.lead import LeadAdmin as LeadAdmin
from leads.admin.mapping import ImportMappingAdmin as ImportMappingAdmin
from leads.admin.submission import SubmissionAdmin as SubmissionAdmin
from leads.admin.unknown_key import UnknownKeyAdmin as UnknownKeyAdmin

site.add_page(MenuPage("first-steps/", "first_steps", first_steps, allowed=may_set_up))  # type: ignore[attr-defined]
