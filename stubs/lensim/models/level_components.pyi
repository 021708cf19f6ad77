from models.level_components import *
