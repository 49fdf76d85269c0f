"""Resolving the kinds of documents into a project, one module a kind; each puts what it finds into the project."""
