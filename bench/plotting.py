# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
"""Plots by gnuplot, as SVG and PNG."""
import subprocess

COLOURS = ["#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#bbbbbb", "#ee7733",
           "#009988", "#882255", "#ddcc77", "#332288", "#88ccee", "#44aa99", "#999933", "#cc6677"]


def gnuplot(script, stem):
    for terminal, suffix in (("svg size 900,500 font 'sans,13' background 'white'", "svg"),
                             ("pngcairo size 1350,750 font 'sans,13'", "png")):
        colours = "".join(f"set linetype {i} lc rgb '{colour}'\n"
                          for i, colour in enumerate(COLOURS, 1))
        text = f"set terminal {terminal}\nset output '{stem}.{suffix}'\n" + colours + script
        subprocess.run(["gnuplot"], input=text, text=True, check=True)


def quoted(text):
    return '"' + text.replace('"', "").replace("_", "\\\\_") + '"'


def block(heads, lines):
    """Data that gnuplot reads as $data: a title for each column, then lines."""
    text = ["$data << END", " ".join(quoted(head) for head in ["", *heads])]
    for name, values in lines:
        text.append(" ".join([quoted(name)] + [str(value or "nan") for value in values]))
    return "\n".join(text + ["END", ""])
