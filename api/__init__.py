"""The JSON API and the HTML desks: they translate, and decide nothing."""
