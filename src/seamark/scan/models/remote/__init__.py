"""Models that lie on object stores and web servers, judged by ranged reads without a download."""
