"""How files go out: CSV that no spreadsheet runs, and workbooks."""
