"""Sending messages: Slack, Teams, PagerDuty, e-mail, Apprise's other services, JSON webhooks.

Each kind of channel is a module with the same four functions: what the user gave as an address, the address as it may
be shown, and a message sent there. `port` picks the module. Apprise knows the services' addresses, speaks SMTP, and
sends to the services that have no module here; what it has no form for is posted by `posting`.
"""
