"""What a directory begins with: first files, or the catalog of a domain that exists, and schemas for editors."""
