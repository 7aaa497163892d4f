"""Write the next migration of a service from its models: `python tools/migration.py intake "words"`."""

import importlib
import subprocess
import sys
import tempfile
from pathlib import Path

from pprg_shared.database import Database
from pprg_shared.migrations import Migrations

service, message = sys.argv[1:]
models = importlib.import_module(f"pprg_{service}.models")
with tempfile.TemporaryDirectory() as folder:
    database = Database(f"sqlite:///{folder}/scratch.sqlite", service)
    migrations = Migrations(f"pprg_{service}", models.Base.metadata)
    migrations.upgrade(database)
    migrations.history.write(database, message, f"{int(migrations.head) + 1:04}")
    database.close()
for tidy in (["format", "--quiet"], ["check", "--fix", "--quiet"]):
    subprocess.run([Path(sys.executable).with_name("ruff"), *tidy, migrations.folder], check=True)
