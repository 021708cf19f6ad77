import pytest

from lensim.checks import InputError
from lensim.report.power_words import power_found


def test_a_plan_is_told_without_a_manifest(tmp_path):
    (tmp_path / "plan.txt").write_text("Take 6 subjects.\n", encoding="utf-8")
    assert power_found(tmp_path) == "lensim plan: Take 6 subjects."


def test_a_link_and_an_empty_file_are_refused(tmp_path):
    (tmp_path / "findings.txt").write_text("\n", encoding="utf-8")
    with pytest.raises(InputError, match="must have sentences of lensim power, got nothing"):
        power_found(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    (other / "findings.txt").symlink_to(tmp_path / "findings.txt")
    with pytest.raises(InputError, match="link"):
        power_found(other)
