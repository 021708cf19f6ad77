from models.expression_copies import *
