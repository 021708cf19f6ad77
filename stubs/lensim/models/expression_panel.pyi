from models.expression_panel import *
