"""SES version 2 on the laptop: what is sent lies as .eml files in an outbox."""
