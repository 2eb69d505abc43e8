"""Responses and their vectors → a drift report with its evidence. Pure: no model, no store, no disk."""
