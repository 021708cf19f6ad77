from models.coordinates import *
