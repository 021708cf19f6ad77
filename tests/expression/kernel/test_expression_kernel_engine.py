import subprocess
import sys

from lensim.expression.kernel.engine import KERNEL
from tests.expression.reaction_studies import study


def test_models_of_reactions_are_taken_and_no_others():
    data = study(0.0)
    for name in ("expression_hierarchical", "expression_hierarchical_responding", "expression_separate"):
        assert KERNEL.refuses(data, name, None) == ""
    assert KERNEL.refuses(data, "fold_change_hierarchical", None) == "fold_change_hierarchical is no model of reactions"


def test_a_draw_loads_neither_pymc_nor_pytensor():
    code = "import sys, lensim.expression.kernel.draw; print(sorted({'pymc', 'pytensor'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
