"""The key by which people are sorted and found, written for those who are there."""

from django.db import migrations, models


def write_keys(apps, schema_editor):
    from millecafes.common.matching import fold

    people = apps.get_model("accounts", "User").objects
    for pk, name, email in people.order_by("pk").values_list("pk", "full_name", "email"):
        people.filter(pk=pk).update(key=f"{fold(name)} {fold(email)}".strip())


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_roles")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="key",
            field=models.CharField(
                default="",
                editable=False,
                max_length=600,
                verbose_name="nom et adresse comparés",
            ),
            preserve_default=False,
        ),
        migrations.RunPython(write_keys, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="user",
            name="key",
            field=models.CharField(
                db_index=True,
                editable=False,
                max_length=600,
                verbose_name="nom et adresse comparés",
            ),
        ),
    ]
