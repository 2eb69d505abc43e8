"""Texts to vectors by all-MiniLM-L6-v2: the one place that may import sentence-transformers and torch."""
