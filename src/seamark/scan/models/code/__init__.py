"""Code that travels with a model: templates, remote code, loaders. Read as syntax trees."""
