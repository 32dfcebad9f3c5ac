"""How the shipped models are made: recordings and synthetic voices in, two Vosk model directories out."""
