"""The people we may write to: customers, prospects, lost prospects, former customers."""
