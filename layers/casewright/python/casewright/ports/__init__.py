"""What the program needs from the world. Adapters in `aws/` fulfil these; every error they raise is one of `errors`.

Instants are aware UTC. Any method may raise a Retryable; a Permanent where the docstring names it.
"""
