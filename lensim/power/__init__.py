"""Power, assurance and the errors of decisions, by simulated studies; `lensim.power("study.toml")` runs a scenario.

    result = lensim.power("study.toml", out="results/power", workers=2)
    result.table, result.text

All arguments: `help(lensim.face.power.power)`, or lensim.power.__signature__.
"""

from lensim.callable_package import make_callable

make_callable(__name__, "lensim.face.power", "power")
