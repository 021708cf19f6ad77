from models.expression_components import *
