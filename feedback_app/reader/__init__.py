"""A reader of the organisation's choice: a language model that may propose, one more voter, never a judge."""
