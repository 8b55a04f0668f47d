"""The pure grouping engine: texts in, themes out. It knows no database, no web and no other room."""
