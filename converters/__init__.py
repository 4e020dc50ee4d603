"""Recipes: one-off commands that add to a migration what is known of one family of models."""
