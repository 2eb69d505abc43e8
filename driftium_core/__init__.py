"""Driftium: a drift console for tables and LLM answers. No Streamlit in here."""
