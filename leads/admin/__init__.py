from leads.admin.lead import LeadAdmin as LeadAdmin
from leads.admin.mapping import ImportMappingAdmin as ImportMappingAdmin
from leads.admin.submission import SubmissionAdmin as SubmissionAdmin
from leads.admin.unknown_key import UnknownKeyAdmin as UnknownKeyAdmin
