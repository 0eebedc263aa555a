"""skops: estimators as a tree of nodes in JSON beside plain arrays."""
