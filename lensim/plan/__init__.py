"""From power to a plan: sizes, costs, looks, robustness, doses, layouts.

`lensim.plan("next.toml")` answers a planning question.
"""

from lensim.callable_package import make_callable

make_callable(__name__, "lensim.face.plan", "plan")
