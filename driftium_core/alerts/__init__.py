"""When a monitor's checks are worth a message: pure rules on a row of checks."""
