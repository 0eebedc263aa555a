"""One module a question: each looks at the whole inventory and yields findings."""
