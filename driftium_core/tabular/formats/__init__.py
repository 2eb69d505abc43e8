"""One module per subject of reading a file: wrapping, encoding, dialect, column types, and each file format."""
