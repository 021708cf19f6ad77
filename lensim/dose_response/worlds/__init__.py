"""Worlds in which a model of dose-response panels is wrong: simulators that share nothing with the models of lensim."""

from lensim.dose_response.worlds.catalogue import WORLDS
from lensim.dose_response.worlds.plates import simulate_panel
from lensim.dose_response.worlds.world import PanelWorld

__all__ = ["WORLDS", "PanelWorld", "simulate_panel"]
