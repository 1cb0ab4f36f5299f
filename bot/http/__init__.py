"""The one HTTP port: is it alive, is it ready, how is it, what time is it; and the webhook."""
