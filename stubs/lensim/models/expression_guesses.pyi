from models.expression_guesses import *
