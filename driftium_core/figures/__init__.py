"""Charts: plain data in, one theme-aware Plotly figure out. Only the faces import this package."""
