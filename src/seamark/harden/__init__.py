"""Floor 3: defences built from what the checks know; safe loading and conversion."""
