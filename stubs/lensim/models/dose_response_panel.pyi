from models.dose_response_panel import *
