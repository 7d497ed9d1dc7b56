"""One adapter per AWS service: each fulfils ports and translates the service's errors into ours."""
