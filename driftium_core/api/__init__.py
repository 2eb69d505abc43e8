"""The REST API, mounted under ``/api`` beside the pages: same process, same services."""

from driftium_core.api.app import create_api

__all__ = ["create_api"]
