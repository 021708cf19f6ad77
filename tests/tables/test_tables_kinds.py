"""What a column says by its name."""

import pytest

from lensim.tables.kinds import kind_of


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        ("time_h; Time (h); incubation_time; hours; treatment time; timepoint; harvest", "splits"),
        ("seeding_density; cells/well; cells_per_well; medium; FBS %; passage; temperature; serum lot", "splits"),
        ("patient; donor id; mouse; wavelength; unit; assay kit; culture", "splits"),
        ("cytokine; treatment; co-culture stroma; drug2; dose2_um; drug B dose; compound_2; IL6", "control"),
        ("day; date; date_seeded; batch; operator; lot no; plate 2; biological replicate; bio_rep", "replicate"),
        ("replicate; rep; Rep no; repeat; n; replicate_2; triplicate", "ambiguous"),
        ("technical_replicate; tech rep; well replicate; tech", "technical"),
        ("comment; Well Note; Remarks; Kommentar; Sample Color", "remark"),
        ("Ct Mean; ct sd; row; Column; well row; position; colour; file name; raw; threshold; x", "measured"),
        ("max_conc_uM; dose index; log10 dose; top dose; Unnamed: 0; Tm1; AUC", "measured"),
        ("foo; response; phase; base; zustand; \u72b6\u6001", "unknown"),
    ],
)
def test_a_name_has_a_kind(names, kind):
    assert {name: kind_of(name) for name in names.split("; ")} == dict.fromkeys(names.split("; "), kind)
