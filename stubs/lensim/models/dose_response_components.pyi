from models.dose_response_components import *
