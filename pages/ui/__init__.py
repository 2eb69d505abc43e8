"""What the pages share: cached services, the theme, and the composites of the design language."""
