from models.dose_response_curves import *
