"""One day of traffic of the example contact centre: what people do, and doing it through the Cases API."""
