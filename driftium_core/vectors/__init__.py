"""Stored vectors in Qdrant, embedded or by URL: the one place that may import a Qdrant library."""
