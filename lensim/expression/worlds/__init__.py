"""Worlds in which a model of RT-qPCR studies is wrong: simulators that share nothing with the models of lensim."""

from lensim.expression.worlds.catalogue import WORLDS
from lensim.expression.worlds.groups import WORLDS_OF_GROUPS, GroupWorld, simulate_groups
from lensim.expression.worlds.reactions import simulate_study
from lensim.expression.worlds.world import StudyWorld

__all__ = ["WORLDS", "WORLDS_OF_GROUPS", "GroupWorld", "StudyWorld", "simulate_groups", "simulate_study"]
