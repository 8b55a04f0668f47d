"""Surveys without their life, as documents: written, read, and those that ship with the product."""
