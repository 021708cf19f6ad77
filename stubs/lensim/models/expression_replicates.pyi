from models.expression_replicates import *
