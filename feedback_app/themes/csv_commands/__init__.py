"""Commands over lines of CSV that know neither database nor web: cluster, cut."""
