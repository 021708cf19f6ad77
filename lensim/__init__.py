"""lensim: simulate, model and plan dose-response panels and paired RT-qPCR studies."""

from importlib.metadata import version

__version__ = version("lensim")
