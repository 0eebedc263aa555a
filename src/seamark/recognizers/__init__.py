"""What recognizes things in text and bytes; knows nothing of where the text came from."""
