"""Reports as single HTML files that load nothing, need no script, and read well in light, in dark and on paper."""
