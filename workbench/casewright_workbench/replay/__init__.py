"""Events taken again in virtual time, with everything that our own clocks and schedules would have added."""
