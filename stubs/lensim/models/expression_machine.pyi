from models.expression_machine import *
