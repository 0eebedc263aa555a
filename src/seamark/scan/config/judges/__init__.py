"""One module a technology: each looks at one file's documents and yields findings."""
