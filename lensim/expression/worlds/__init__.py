"""Worlds in which a model of RT-qPCR studies is wrong: simulators that share nothing with the models of lensim."""

from lensim.expression.worlds.catalogue import WORLDS
from lensim.expression.worlds.reactions import simulate_study
from lensim.expression.worlds.world import StudyWorld

__all__ = ["WORLDS", "StudyWorld", "simulate_study"]
