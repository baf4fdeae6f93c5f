#!/usr/bin/env python3
"""Plays with the explorer of a report in headless Chromium, and compares what it shows with what the program counts.

    python3 Benchmarks/peers/check_explorer.py [--limit 1000] [--keep FOLDER]

`explorer.lua` draws an explorer of the trained model with two curves and a rule, and writes for every point the accuracy, the
cost and the right and wrong answers by step. The script moves the slider by the keyboard to every point, chooses rules and
filters, and reads what the page says. The page must not load anything, and its console must stay empty. Where axe-core can be
had (from PyPI, in axe-playwright-python) it looks at the page, too. Exit status 1 where anything differs. Needs chromium; Playwright comes from PyPI
into a virtual environment under ~/.cache/gfnet-lab. The program is .build/release/gfnet-lab, or $GFNET_LAB.
"""
import argparse
import csv
import functools
import os
import re
import sys
import tempfile

import peers
from peers import chromium, enter_pinned, problems, run

enter_pinned("venv-browser", ["playwright>=1.40", "axe-playwright-python>=0.1"])

from playwright.sync_api import sync_playwright

HERE = os.path.dirname(os.path.abspath(__file__))
expect = functools.partial(peers.expect, word="DIFFERS")


def counts(folder):
    """By rule, its points from the cheapest to the dearest: (accuracy, madds, right by step, wrong by step)."""
    rules = {}
    with open(os.path.join(folder, "tables", "counts.csv"), encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            steps = [[int(n) for n in row[key].split()] for key in ("right", "wrong")]
            rules.setdefault(row["rule"], []).append((float(row["accuracy"]), float(row["madds"]), *steps))
    return {rule: sorted(points, key=lambda point: (point[1], point[0])) for rule, points in rules.items()}


def number(text):
    """A number with its unit: '12.34 M', '56.7 %'."""
    value, _, unit = text.partition(" ")
    return float(value) * {"M": 1e6, "G": 1e9, "%": 1}[unit]


def shown(page):
    """What the table says: by rule its accuracy, its cost and its exits."""
    rows = page.locator(".explorer tbody tr")
    result = {}
    for i in range(rows.count()):
        name = rows.nth(i).locator("th").inner_text().strip()
        result[name] = [number(text) for text in rows.nth(i).locator("td").all_inner_texts()]
    return result


def compare(values, point, images, what):
    accuracy, madds, right, wrong = point
    expect(abs(values[0] - accuracy) < 0.006, f"{what}: accuracy {values[0]}, the program counts {accuracy}")
    expect(abs(values[1] - madds) < 6e-4 * madds, f"{what}: cost {values[1]}, the program counts {madds}")
    for step, share in enumerate(values[2:]):
        wanted = 100 * (right[step] + wrong[step]) / images
        expect(abs(share - wanted) < 0.006, f"{what}: {share} % leave after step {step + 1}, the program counts {wanted}")


def found(page):
    return int(re.match(r"(\d+) of", page.locator(".explorer .found").inner_text()).group(1))


def play(page, rules, images):
    slider = page.locator(".explorer input[type=range]")
    first = page.get_by_label("Rule", exact=True)
    second = page.get_by_label("Beside it")
    step_filter, answer = page.get_by_label("Leaves after"), page.get_by_label("Answer")
    points = rules["paper's"]
    slider.focus()
    page.keyboard.press("Home")
    for i, point in enumerate(points):
        compare(shown(page)["paper's"], point, images, f"paper's, point {i + 1}")
        page.keyboard.press("ArrowRight")
    expect(slider.input_value() == str(len(points) - 1), "the slider does not end at the last point")

    # A second rule costs no more than the first.
    second.select_option(label="optimal")
    for i in (3, 8, len(points) - 1):
        slider.fill(str(i))
        values = shown(page)
        affordable = [p for p in rules["optimal"] if p[1] <= points[i][1] * (1 + 1e-12)]
        compare(values["optimal"], (affordable or rules["optimal"][:1])[-1], images, f"optimal beside point {i + 1}")

    # Filters leave as many images as the program counts.
    slider.fill("7")
    for step in range(len(points[7][2])):
        step_filter.select_option(str(step + 1))
        for k, what in ((0, "right"), (1, "wrong")):
            answer.select_option(what)
            wanted = points[7][2 + k][step]
            expect(found(page) == wanted, f"{what} after step {step + 1}: {found(page)} images, the program counts {wanted}")
        answer.select_option("")
    step_filter.select_option("")
    expect(found(page) == images, "without filters not all images are there")
    expect(page.locator(".explorer .thumbnails li").count() == 24, "there are not 24 pictures")
    page.get_by_role("button", name="Show more").click()
    expect(page.locator(".explorer .thumbnails li").count() == 60, "there are not 60 pictures after a click")

    # A rule that has one point cannot be moved; its name is text.
    first.select_option(label="margin <0.4>")
    compare(shown(page)["margin <0.4>"], rules["margin <0.4>"][0], images, "margin")
    expect(slider.is_disabled(), "a rule with one point can be moved")
    first.select_option(label="paper's")
    slider.fill("7")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=int, default=1000)
    parser.add_argument("--keep", help="a folder for the report and its screenshots")
    options = parser.parse_args()
    browser_path = chromium()
    folder = options.keep or tempfile.mkdtemp()
    made = run(os.path.join(HERE, "explorer.lua"), f"limit={options.limit}", "--out", folder)
    if made.returncode:
        sys.exit(made.stderr)
    rules = counts(folder)
    address = "file://" + os.path.join(os.path.abspath(folder), "index.html")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path)
        for width, scheme in ((1400, "light"), (360, "dark")):
            page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
            messages, requests = [], []
            page.on("console", lambda message: messages.append(message.text))
            page.on("pageerror", lambda error: messages.append(str(error)))
            page.on("request", lambda request: requests.append(request.url))
            page.goto(address)
            play(page, rules, options.limit)
            expect(not messages, f"the console says {messages}")
            loaded = [url for url in requests if url != address and not url.startswith("data:")]
            expect(not loaded, f"the page asks for {loaded}")
            wide = page.evaluate("document.documentElement.scrollWidth")
            expect(wide <= width, f"the page is {wide} pixels wide in a window of {width}")
            try:
                from axe_playwright_python.sync_playwright import Axe
                # Its own script is let past the policy by the browser's debugging interface.
                results = Axe().run(page).response["violations"]
                serious = [f"{v['id']}: {v['help']} at {v['nodes'][0]['html'][:150]}" for v in results if v["impact"] in ("serious", "critical")]
                expect(not serious, f"axe-core finds {serious}")
            except Exception as error:  # noqa: BLE001 - whatever keeps it from running is told
                print(f"axe-core did not run: {str(error).splitlines()[0]}")
            if options.keep:
                page.locator(".explorer").screenshot(path=os.path.join(folder, f"explorer-{width}-{scheme}.png"))
            page.close()
        # Without scripts there is the figure.
        plain = browser.new_context(java_script_enabled=False).new_page()
        plain.goto(address)
        expect(plain.locator(".explorer img.still").is_visible(), "without scripts no figure is seen")
        expect(plain.locator(".explorer .play").count() == 0, "without scripts something is to be played with")
        browser.close()
    print("the page counts as the program does" if not problems else f"{len(problems)} differences")
    sys.exit(1 if problems else 0)


main()
