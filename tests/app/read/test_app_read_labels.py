"""Options in sentences by the labels of the form."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensim.app.read.labels import choices_named, labelled
from lensim.app.read.options import ASSAYS, OPTIONS, TABLES
from lensim.in_options import option_text


@pytest.mark.parametrize(
    ("assay", "text", "said", "ids"),
    [
        ("expression", "name it, such as --control pre, or mark it in a column is_control",
         "name it, such as “Control”: pre, or mark it in a column is_control", ("control",)),
        ("expression", "name it, --control 'IL-6 (10 h)'", "name it, “Control”: IL-6 (10 h)", ("control",)),
        ("expression", "name one, --column condition=NAME",
         "name one, “Condition” under “Which column is which”", ("column_condition",)),
        ("expression", "say --column 'dct=My column'",
         "say “Dct” under “Which column is which”: My column", ("column_dct",)),
        ("expression", "the one that is meant, --worksheet 'March 3', or all",
         "the one that is meant, “Sheets of the workbook” under “More choices”: March 3, or all", ("worksheet",)),
        ("expression", "drop such samples with --unpaired drop, or with --unpaired keep",
         "drop such samples with “Treated samples without their control”: leave them out, or with “Treated samples "
         "without their control”: compare all subjects", ("unpaired",)),
        ("dose_response", "to leave such wells out, say --drop-lost",
         "to leave such wells out, say “Wells without signal” under “More choices”: leave out", ("lost",)),
        ("dose_response", "say --role 'untreated=NC 1'",
         "say “Untreated wells” under “What the words of the column role mean”: NC 1", ("role_untreated",)),
        ("dose_response", "say --normalise for signals", "say “Signals to percent of untreated” under “More choices” "
         "for signals", ("normalise",)),
        ("expression", "read the export itself, with --sheet", "read the export itself, with “Sample sheet or plate "
         "map”", ()),
        ("expression", "state them with --factors", "state them with --factors", ()),
    ],
)  # fmt: skip
def test_an_option_is_the_label_of_its_control(assay, text, said, ids):
    assert labelled(text, assay) == said
    assert choices_named(text, assay) == ids


@pytest.mark.parametrize("assay", ASSAYS)
@given(value=st.text("abc '-/:,(é", min_size=1).map(str.strip).filter(bool))
def test_every_option_of_the_form_is_a_label_whatever_its_value(assay, value):
    known = {one.option for one in OPTIONS[assay]} | {f"--{TABLES.get(assay, 'exclude').replace('_', '-')}"}
    for one in OPTIONS[assay]:
        if one.kind not in ("columns", "roles", "switch") and "--drop" not in one.option and "'" not in value:
            text = f"say {option_text(one.option, value)}, or not"
            assert one.option not in re.findall(r"--[a-z-]+", labelled(text, assay).replace(value, ""))
            assert f"“{one.label}”" in labelled(text, assay)
    assert known
