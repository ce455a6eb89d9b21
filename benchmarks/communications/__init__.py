"""Speed of communications: deciding, writing, sending."""
