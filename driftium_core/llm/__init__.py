"""Generated text by Ollama or the embedded llama.cpp: the one place that may import either."""
