"""What every package stands on: errors, the clock, configuration documents, settings, money."""
