from django.core.management import call_command
from django.db import migrations


def create_cache(apps, schema_editor):
    # The table of CACHES["default"]: rate limits are shared by all the processes of the server.
    call_command("createcachetable", "common_cache", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("common", "0001_journal")]

    operations = [migrations.RunPython(create_cache, migrations.RunPython.noop)]
