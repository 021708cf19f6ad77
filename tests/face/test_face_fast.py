"""A fast fit takes what it needs and no more: in a process of its own, so that nothing is imported before."""

import subprocess
import sys

RATIOS = """target,subject,cell_type,contrast,ratio
CDKN1A,P1,primary,lenalidomide,2.1
CDKN1A,P2,primary,lenalidomide,1.6
CDKN1A,P3,primary,lenalidomide,3.0
CDKN1A,P4,primary,lenalidomide,1.2
"""
FIT = """
import sys
import lensim
fit = lensim.fit(lensim.read.expression("ratios.csv"))
assert fit.tree.attrs["engine"] == "exact"
heavy = {"pymc", "pytensor", "nutpie", "numba", "arviz", "sklearn", "matplotlib"}
print(len(fit.summary()), *sorted(heavy & set(sys.modules)))
"""


def test_a_fit_of_ratios_loads_no_sampler_no_compiler_and_no_figures(tmp_path):
    (tmp_path / "ratios.csv").write_text(RATIOS)
    run = subprocess.run([sys.executable, "-c", FIT], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (run.stdout, run.stderr) == ("4\n", "")
