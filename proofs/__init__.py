"""Evidence behind Seamark's claims: corpora, counts, and what they were measured with."""
