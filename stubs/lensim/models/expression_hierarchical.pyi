from models.expression_hierarchical import *
