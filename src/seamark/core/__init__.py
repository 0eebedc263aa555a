"""Floor 0: the vocabulary of the house as frozen types and protocols. No I/O."""
