"""From power to a plan: sizes, costs, looks, robustness, doses, layouts.

`lensim.plan("next.toml")` answers a planning question.

    result = lensim.plan("next.toml", prior=fit, out="results/plan")
    print(result.text); result.tables

All arguments: `help(lensim.face.plan.plan)`, or lensim.plan.__signature__.
"""

from lensim.callable_package import make_callable

make_callable(__name__, "lensim.face.plan", "plan")
