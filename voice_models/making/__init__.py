"""How the shipped models are made: recordings and synthetic voices in, two Vosk model directories out."""

import os

# BLAS in several threads is slower here, by ten times: the products are small, and a core is taken by the network.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
