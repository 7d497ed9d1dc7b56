"""Automation for Amazon Connect Cases: what it does, apart from where and when it runs."""
