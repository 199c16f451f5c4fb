from typing import Any

from django.db import migrations

# What the journal keeps of a batch has a megabyte, and lz4 takes half the time of PostgreSQL's own method. Some
# PostgreSQL are built without it: they keep theirs.
_LZ4 = """
DO $$ BEGIN
    ALTER TABLE leads_submission
        ALTER COLUMN body SET COMPRESSION lz4,
        ALTER COLUMN answer SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    NULL;
END $$
"""


def compress(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_LZ4)


class Migration(migrations.Migration):
    dependencies = [("leads", "0001_initial")]

    operations = [migrations.RunPython(compress, migrations.RunPython.noop, elidable=False)]
