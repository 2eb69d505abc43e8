"""Sending messages: Slack, Teams, PagerDuty, e-mail, Apprise's other services, JSON webhooks."""
