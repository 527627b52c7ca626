"""An example of a package that adds to Glassbox: which of four words is the longest?"""
