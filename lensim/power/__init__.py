"""Power, assurance and the errors of decisions, by simulated studies; `lensim.power("study.toml")` runs a scenario."""

from lensim.callable_package import make_callable

make_callable(__name__, "lensim.face.power", "power")
