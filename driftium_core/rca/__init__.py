"""Root-cause analysis: facts → triage → diagnosis → recommendation, by rules that stand alone.

A model may word what the rules found; its words are shown only where every name, number and direction is grounded.
"""
