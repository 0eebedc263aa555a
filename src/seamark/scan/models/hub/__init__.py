"""Model hub folders and what lies in them: configuration, indexes, tokenizers, Flax weights."""
