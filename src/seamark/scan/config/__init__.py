"""Configuration of AI systems: containers, clusters, servers, stores and what runs in them."""
