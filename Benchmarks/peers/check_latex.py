#!/usr/bin/env python3
"""Sets a document of a run's tables and PDF figures with pdflatex.

    python3 Benchmarks/peers/check_latex.py [--keep FOLDER]

`paper.lua` writes tables of every kind of cell, and figures as PDF. The document takes them unchanged, by \\input and \\includegraphics.
Nothing may be an error, an undefined reference or an overfull line by more than a point, and the text of the document must have the
numbers; with --keep, document.pdf is left there to be looked at. Exit status 1 where anything is wrong, 2 where pdflatex, booktabs,
siunitx or pdftotext are missing (Debian: texlive-latex-recommended, texlive-science, poppler-utils). The program is
.build/release/gfnet-lab, or $GFNET_LAB.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile

from peers import fail, run

HERE = os.path.dirname(os.path.abspath(__file__))
DOCUMENT = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage[a4paper,landscape,margin=15mm]{geometry}
\usepackage{lmodern,textcomp,booktabs,siunitx,graphicx}
\begin{document}
\begin{table}\centering\small
\caption{Rules.}
\input{tables/rules.tex}
\end{table}
\begin{figure}\centering
\includegraphics{figures/curve.pdf}
\caption{Accuracy against cost.}
\end{figure}
\begin{figure}\centering
\includegraphics{figures/bars.pdf}
\caption{Exits.}
\end{figure}
Text.
\end{document}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", help="a folder for the run and the document")
    options = parser.parse_args()
    for tool, package in (("pdflatex", "texlive-latex-recommended"), ("kpsewhich", "texlive-latex-recommended"), ("pdftotext", "poppler-utils")):
        if not shutil.which(tool):
            fail(f"{tool} is missing (Debian: {package}); nothing was checked")
    for style, package in (("booktabs", "texlive-latex-recommended"), ("siunitx", "texlive-science"), ("lmodern", "lmodern")):
        if not subprocess.run(["kpsewhich", style + ".sty"], capture_output=True, text=True).stdout.strip():
            fail(f"LaTeX's {style} is missing (Debian: {package}); nothing was checked")
    folder = options.keep or tempfile.mkdtemp()
    made = run(os.path.join(HERE, "paper.lua"), "--formats", "png,pdf", "--out", folder)
    if made.returncode != 1:
        sys.exit(f"paper.lua ends with {made.returncode}, and its last cell is an error: {made.stderr}")
    with open(os.path.join(folder, "document.tex"), "w", encoding="utf-8") as file:
        file.write(DOCUMENT)
    command = ["pdflatex", "-interaction=nonstopmode", "-no-shell-escape", "document.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace")
    with open(os.path.join(folder, "document.log"), encoding="latin-1") as file:
        log = file.read().split("\n")
    problems = [line for line in log if line.startswith("!") or "LaTeX Warning" in line or "siunitx Warning" in line]
    problems += [line for line in log if line.startswith("Overfull") and float(line.split("(")[1].split("pt")[0]) > 1]
    if done.returncode and not problems:
        problems.append(f"pdflatex ends with {done.returncode}")
    text = ""
    if not problems:
        text = subprocess.run(["pdftotext", "-layout", "document.pdf", "-"], cwd=folder, capture_output=True, text=True).stdout
        for word in ("75.93(8)", "76.50(12)", "16.67", "[entropy]", "*patience", "Multiply-Adds", "100 % & more_$#", "\\end{tabular} \\input{x}", "12 345 678"):
            if word.replace(" ", "") not in text.replace(" ", "").replace("\u2009", "").replace("\u00a0", ""):
                problems.append(f"the document lacks {word}")
        fonts = subprocess.run(["pdffonts", "document.pdf"], cwd=folder, capture_output=True, text=True).stdout
        if not any("Bold" in line or "LMRoman10-Bold" in line for line in fonts.split("\n")):
            problems.append("nothing is bold, and the best of a column is")
    for problem in problems:
        print("WRONG: " + problem)
    print("the document is set as it should" if not problems else f"{len(problems)} things are wrong")
    sys.exit(1 if problems else 0)


main()
