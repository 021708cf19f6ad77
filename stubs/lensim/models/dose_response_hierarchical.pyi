from models.dose_response_hierarchical import *
