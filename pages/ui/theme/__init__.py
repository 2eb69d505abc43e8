"""The look: what goes into the page's head, and into its charts."""
