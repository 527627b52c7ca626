"""Reference models this project trains and ships, and the recipes that made them."""
