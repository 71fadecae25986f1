"""docs/rules.md is what the rule table says: tests/programs/rules_doc > docs/rules.md."""

import os
import pathlib
import subprocess

from pgoprof_testing import lint_batch

DOCUMENT = pathlib.Path(os.environ["PGOPROF_SOURCE"]) / "docs/rules.md"


def test_the_document_is_up_to_date():
    written = subprocess.run([lint_batch.PROGRAMS / "rules_doc"], capture_output=True, text=True, check=True).stdout
    assert DOCUMENT.read_text() == written, "write it anew: build/release/tests/programs/rules_doc > docs/rules.md"
    for rule in lint_batch.rules().values():
        assert f"\n### {rule.id} {rule.name}\n" in written
