#!/usr/bin/env bash
# tortoise-orm 1.1.9 on SQLite: a limit does not limit a delete, and not_in with None turns round.
#
# Two ways to touch the wrong rows, without an error or a warning. (1) limit() and order_by() are
# forgotten by delete() and update() where the dialect is said to have no LIMIT there, as for SQLite
# and PostgreSQL: removing the two oldest rows as a batch removes every row. (2) A list with None in
# it: status__not_in=["Failed", None] should leave the finished task, and gives exactly the row whose
# status is NULL; status__in leaves that row out. exclude(), unlike Django's, drops rows whose column
# is NULL, so that filter() and exclude() do not add up to all.
#
# Guessed before it was run: an error for a limited delete, or two rows; the finished task for not_in;
# Django's rows for exclude. Seen: six rows updated and six deleted, and the others as above.
#
# Exits with 1 if an output differs from the one below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check tortoise-orm==1.1.9

cat > "$folder/run.py" <<'PYTHON'
import asyncio
import warnings

from tortoise import Tortoise, fields
from tortoise.models import Model

warnings.simplefilter("error")


class Task(Model):
    id = fields.IntField(primary_key=True)
    status = fields.CharField(16, null=True)


async def main():
    await Tortoise.init(db_url="sqlite://:memory:", modules={"models": ["__main__"]})
    await Tortoise.generate_schemas()
    for status in ("Failed", "Finished", None):
        await Task.create(status=status)
    for name, query in (
        ("filter(status=Failed)", Task.filter(status="Failed")),
        ("exclude(status=Failed)", Task.exclude(status="Failed")),
        ("filter(status__not=Failed)", Task.filter(status__not="Failed")),
        ("filter(status__in=[Failed, None])", Task.filter(status__in=["Failed", None])),
        ("filter(status__not_in=[Failed, None])", Task.filter(status__not_in=["Failed", None])),
    ):
        print(f"{name}:", await query.order_by("id").values_list("status", flat=True))
    for _ in range(3):
        await Task.create(status="Finished")
    print("selected by limit(2):", len(await Task.all().order_by("id").limit(2)))
    print("updated by limit(2):", await Task.all().order_by("id").limit(2).update(status="Old"))
    print("deleted by limit(2):", await Task.all().order_by("id").limit(2).delete())
    print("left:", await Task.all().count())
    await Tortoise.close_connections()


asyncio.run(main())
PYTHON

diff - <("$folder/env/bin/python" "$folder/run.py") <<'SEEN'
filter(status=Failed): ['Failed']
exclude(status=Failed): ['Finished']
filter(status__not=Failed): ['Finished', None]
filter(status__in=[Failed, None]): ['Failed']
filter(status__not_in=[Failed, None]): [None]
selected by limit(2): 2
updated by limit(2): 6
deleted by limit(2): 6
left: 0
SEEN
echo "As seen: tortoise-orm 1.1.9 forgets limits of deletes on SQLite."
