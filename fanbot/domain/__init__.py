"""The frozen values that every room speaks in; they know no clock, no store and no platform."""
