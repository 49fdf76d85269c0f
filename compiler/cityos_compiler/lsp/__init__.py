"""The language server: what the checker knows, in an editor. `server` speaks the protocol, the others answer."""
