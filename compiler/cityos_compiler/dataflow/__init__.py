"""Where values flow: their data classes, from where they are declared to what takes them."""
