"""A wheel must hold what the packages read: SQL, types, letters, templates."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = sorted(path.parent.name for path in ROOT.glob("*/py.typed"))


def test_every_kind_of_file_in_a_package_is_declared_as_package_data() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    declared = project["tool"]["setuptools"]["package-data"]["*"]
    listed = subprocess.run(
        ["git", "ls-files", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert PACKAGES
    missing = [
        name
        for name in listed.stdout.splitlines()
        if not name.endswith(".py") and not any(Path(name).match(each) for each in declared)
    ]
    assert missing == []
