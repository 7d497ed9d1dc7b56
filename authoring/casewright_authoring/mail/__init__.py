"""The text of an email: Markdown, made into HTML and plain text when compiling."""
