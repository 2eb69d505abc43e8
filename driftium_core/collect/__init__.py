"""Reading what grows elsewhere: files, databases, HTTP endpoints. Remembers nothing: the caller keeps the cursor."""
