"""Speed, memory and detection against peers, in the same run."""
