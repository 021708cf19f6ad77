from benchmarks.worlds.engines import structure_of
from benchmarks.worlds.study import Task, references, simulated


def structure(assay, world, study=0):
    return structure_of(simulated(Task(assay, world, "nuts", 1, study))[1])


def test_worlds_that_share_a_structure_share_a_compiled_model():
    usual = structure("dose_response", "nothing odd")
    for world in ("EC50 by day 0.25", "edges randomised", "lost wells", "two kinds of lines"):
        assert structure("dose_response", world, 3) == usual
    for world in ("three lines", "four doses", "one experiment 0.15", "edges by column", "percents"):
        assert structure("dose_response", world) != usual


def test_a_stated_factor_or_other_genes_are_another_structure():
    usual = structure("expression", "nothing odd")
    assert structure("expression", "late reactions", 2) == usual
    for world in ("factor off by 0.05", "four pairs", "all targets rise", "plate effect, treated apart"):
        assert structure("expression", world) != usual


def test_every_structure_has_one_study_to_compile_on_whatever_came_before():
    found = references("expression")
    assert structure_of(found[structure("expression", "one late reaction", 5)]) == structure("expression", "four pairs")
    assert structure("expression", "unequal pairs", 1) not in found
