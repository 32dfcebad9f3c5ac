"""An ear and a mouth: small speech models of our own, telephone audio, and how all of it is made."""
