from leads.admin.mapping import ImportMappingAdmin as ImportMappingAdmin
