"""The book of a project: pages for people, written from the specs."""
