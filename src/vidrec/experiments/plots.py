"""The page of plots, with all that draws it inside, so that it opens without a network."""

import vl_convert

# DVC puts the plots, each with its data, in the place of the last field.
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Plots</title>
<script>
(() => {{
{library}
}})();
</script>
</head>
<body>
{{plot_divs}}
</body>
</html>
"""


def page_template() -> str:
    """A template for `dvc plots diff --html-template`.

    DVC's own names Vega, Vega-Lite and Vega-Embed on another host. Here they are one script, within
    a function, so that none of its names meets a name of the plots' scripts.
    """
    return PAGE.format(library=vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))
