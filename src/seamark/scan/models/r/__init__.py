"""R's serialized data: ``.rds``, ``.RData``/``.rda``, in all three encodings."""
