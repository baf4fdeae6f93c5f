#!/usr/bin/env python3
"""Uses a report in headless Chromium as a reader would: sorts tables, opens figures, reads on a phone, prints.

    python3 Benchmarks/peers/check_reports.py [--keep FOLDER]

`paper.lua` writes a report that ends with an error. The page must not load anything, its console must stay empty, nothing may be
wider than the window at 360 and 1400 pixels, in light and in dark; without scripts everything must be there. Where axe-core can be
had (from PyPI, in axe-playwright-python) it looks at the page, too. With --keep, pictures of the page and its PDF are left there to
be looked at. Exit status 1 where anything is wrong. Needs chromium; Playwright comes from PyPI into a virtual environment under
~/.cache/gfnet-lab. The program is .build/release/gfnet-lab, or $GFNET_LAB.
"""
import argparse
import os
import sys
import tempfile

from peers import chromium, enter_pinned, expect, problems, run

enter_pinned("venv-browser", ["playwright>=1.40", "axe-playwright-python>=0.1"])

from playwright.sync_api import sync_playwright

HERE = os.path.dirname(os.path.abspath(__file__))


def column(table, number):
    return [row.locator("td").nth(number).inner_text().strip() for row in table.locator("tbody tr").all()]


def sort(page):
    table = page.locator("table.sortable")
    expect(table.count() == 1, f"{table.count()} tables can be sorted, and one is whole")
    # What each column is after one press and after two; the first column tells the rows.
    names = ["paper's", "margin", "[entropy]", "*patience", "none"]
    orders = {
        "top-1 (%)": (["[entropy]", "margin", "paper's", "*patience", "none"], ["*patience", "paper's", "margin", "[entropy]", "none"]),
        "Multiply-Adds (M)": (["margin", "*patience", "paper's", "[entropy]", "none"], ["none", "[entropy]", "paper's", "margin", "*patience"]),
        "p": (["paper's", "margin", "[entropy]", "none", "*patience"], ["none", "[entropy]", "margin", "paper's", "*patience"]),
        "images": (["[entropy]", "margin", "*patience", "paper's", "none"], ["none", "paper's", "*patience", "margin", "[entropy]"]),
    }
    for name, (upwards, downwards) in orders.items():
        button = table.get_by_role("button", name=name, exact=True)
        head = button.locator("xpath=..")
        button.focus()
        for wanted, order in ((upwards, "ascending"), (downwards, "descending"), (names, "none")):
            page.keyboard.press("Enter" if order != "descending" else "Space")
            expect(column(table, 0) == wanted, f"{name}, {order}: {column(table, 0)}, expected {wanted}")
            expect(head.get_attribute("aria-sort") == order, f"{name}: aria-sort is {head.get_attribute('aria-sort')}")
        expect(button.evaluate("b => b === document.activeElement"), f"{name}: the focus is lost")
    button.click()
    expect(table.locator("[aria-sort=ascending]").count() == 1, "a click sorts no column, or several")
    expect(table.locator("td b").all_inner_texts().count("9.5") == 2, "the best of a column is not bold")


def look(page):
    for figure in page.locator("figure.picture").all():
        image = figure.locator("img")
        alt = image.get_attribute("alt")
        expect(" to " in alt and "values" in alt, f"a figure is described as {alt}")
        link = figure.get_by_role("link", name="PNG", exact=True)
        with page.expect_download() as download:
            link.click()
        with open(download.value.path(), "rb") as file:
            expect(file.read(8) == b"\x89PNG\r\n\x1a\n", "the link PNG leads to something else")
        figure.get_by_role("button", name="Full size").focus()
        page.keyboard.press("Enter")
        dialog = page.locator("dialog")
        expect(dialog.is_visible(), "no figure at full size")
        box = dialog.locator("img").bounding_box()
        expect(box["width"] >= image.bounding_box()["width"], "the full size is smaller")
        page.keyboard.press("Escape")
        expect(not dialog.is_visible(), "Escape does not close it")
        image.click()
        dialog.get_by_role("button", name="Close").click()
        expect(not dialog.is_visible(), "the button does not close it")


def read(page):
    expect(page.locator("math").count() >= 3, "formulas are not MathML")
    expect(page.locator(".traceback").inner_text().count(":") >= 2, "the error has no traceback")
    expect(page.locator(".cell.failed .error").count() == 1, "the error is not at its cell")
    page.locator("#code-shown").check()
    expect(all(code.is_visible() for code in page.locator(".code pre").all()), "not all code is shown")
    page.locator("#code-hidden").check()
    expect(not any(code.is_visible() for code in page.locator(".code pre").all()), "not all code is hidden")
    page.locator("#code-folded").check()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", help="a folder for the report, its pictures and its PDF")
    options = parser.parse_args()
    browser_path = chromium()
    folder = options.keep or tempfile.mkdtemp()
    made = run(os.path.join(HERE, "paper.lua"), "--formats", "png,svg", "--out", folder)
    if made.returncode != 1:
        sys.exit(f"paper.lua ends with {made.returncode}, and its last cell is an error: {made.stderr}")
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
            wide = page.evaluate("document.documentElement.scrollWidth")
            expect(wide <= width, f"the page is {wide} pixels wide in a window of {width}")
            if options.keep:
                page.screenshot(path=os.path.join(folder, f"page-{width}-{scheme}.png"), full_page=True)
            sort(page)
            look(page)
            read(page)
            expect(not messages, f"the console says {messages}")
            loaded = [url for url in requests if url != address and not url.startswith("data:")]
            expect(not loaded, f"the page asks for {loaded}")
            try:
                from axe_playwright_python.sync_playwright import Axe
                # Its own script is let past the policy by the browser's debugging interface.
                results = Axe().run(page).response["violations"]
                serious = [f"{v['id']}: {v['help']} at {v['nodes'][0]['html'][:150]}" for v in results if v["impact"] in ("serious", "critical")]
                expect(not serious, f"axe-core finds {serious}")
            except Exception as error:  # noqa: BLE001 - whatever keeps it from running is told
                print(f"axe-core did not run: {str(error).splitlines()[0]}")
            if options.keep and width == 1400:
                page.pdf(path=os.path.join(folder, "page.pdf"), format="A4")
            page.close()
        plain = browser.new_context(java_script_enabled=False).new_page()
        plain.goto(address)
        expect(plain.locator("th button, .links button, dialog").count() == 0, "without scripts there are buttons that do nothing")
        expect(plain.locator("figure.picture img").count() == 2, "without scripts figures are missing")
        expect(plain.locator("table.sortable tbody tr").count() == 5, "without scripts rows are missing")
        browser.close()
    print("the report reads as it should" if not problems else f"{len(problems)} things are wrong")
    sys.exit(1 if problems else 0)


main()
