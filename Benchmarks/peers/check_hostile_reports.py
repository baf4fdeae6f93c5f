#!/usr/bin/env python3
"""Writes reports of hostile scripts and plugins and opens them in headless Chromium: nothing runs, nothing loads.

    python3 Benchmarks/peers/check_hostile_reports.py [--count 50] [--first 0] [--seed 1] [--keep FOLDER]

A case is a function of (seed, number): a script whose title, Markdown, code, parameters, tables, figures, names, values, printed text,
remarks and errors, and a plugin whose summaries and version, are made of pieces that would run or load something if any of them became
markup. Each page is opened twice: as it is, where not even the policy may have had to stop anything, and without its policy, where
escaping stands alone; SVG files are opened by themselves. Looked at are requests, dialogs, the console, a mark that all pieces
set, and the document: no element, no handler and no address but the program's own. Exit status 1 where anything is wrong; with --keep,
such a case stays there. Needs chromium; Playwright comes from PyPI into a virtual environment under ~/.cache/gfnet-lab. The program is
.build/release/gfnet-lab, or $GFNET_LAB. 2,000 cases take the better part of an hour.
"""
import argparse
import os
import random
import re
import shutil
import sys
import tempfile

from peers import chromium, enter_pinned, run

enter_pinned("venv-browser", ["playwright>=1.40", "axe-playwright-python>=0.1"])

from playwright.sync_api import sync_playwright

MARK = "window.gfnetMark=1"
FAR = "https://far.invalid/"
PIECES = [
    f"<script>{MARK}</script>", f"<img src=x onerror={MARK}>", f"<svg onload={MARK}>", f"<svg><script>{MARK}</script></svg>",
    f'"><script>{MARK}</script>', f"'><img src={FAR}a.png>", f"</title><script>{MARK}</script>", f"</style><script>{MARK}</script>",
    f"</script><script>{MARK}</script>", f"<!--<script>{MARK}//-->", f"-->{{<script>{MARK}</script>", f"]]><script>{MARK}</script>",
    f"</textarea></pre></code></table></svg><script>{MARK}</script>", f'" onmouseover="{MARK}" autofocus onfocus="{MARK}" x="',
    f"' onfocus={MARK} autofocus tabindex=1 '", f"<iframe src={FAR}></iframe>", f"<iframe srcdoc='<script>parent.{MARK[7:]}</script>'>",
    f"<object data={FAR}a></object>", f"<embed src={FAR}b>", f"<link rel=stylesheet href={FAR}c.css>", f"<base href={FAR}>",
    f"<meta http-equiv=refresh content='0;url={FAR}'>", f"<style>@import url({FAR}d.css);*{{background:url({FAR}e.png)}}</style>",
    f"<form action={FAR}><input name=q autofocus onfocus={MARK}></form>", f"<video src={FAR}v onerror={MARK}>", f"<a href=javascript:{MARK}>x</a>",
    f"<details open ontoggle={MARK}>", f"<math><mtext><script>{MARK}</script></mtext></math>", f"<template><script>{MARK}</script></template>",
    f"<noscript><p title='</noscript><img src=x onerror={MARK}>'>", f"&lt;script&gt;{MARK}&lt;/script&gt;", f"&#60;script&#62;{MARK}&#60;/script&#62;",
    f"\\u003cscript\\u003e{MARK}\\u003c/script\\u003e", "\x00<\x00script>", "\u202e\u2066<b>", "\ufeff<script", "\x1b[31m<b>\x1b]8;;javascript:1\x07",
    f"data:text/html,<script>{MARK}</script>", f"javascript:{MARK}", f"url({FAR}f)", f"expression({MARK})", "${" + MARK + "}", "{{" + MARK + "}}",
    "../../x", "a\u2028b", "\r\n\r\n", "%3Cscript%3E", "`", "```", "$$", "|", "\\", "'", '"', "<", ">", "&", "--", "]]", "[[",
]
MARKDOWN = [
    f"[a](javascript:{MARK})", f"[a](JaVaScRiPt&colon;{MARK})", f"[a](java\tscript:{MARK})", f"[a](vbscript:{MARK})", f"[a](data:text/html,<script>{MARK}</script>)",
    f"![a]({FAR}g.png)", f"![a](javascript:{MARK})", f"![a](data:image/svg+xml,<svg onload={MARK}>)", f"![a\" onerror=\"{MARK}]({FAR}h.png)",
    f"[a]: {FAR}i.png\n\n![a][a]", f"<{FAR}j>", f"<javascript:{MARK}>", f"`<script>{MARK}</script>`", f"```\"><script>{MARK}</script>\nx\n```",
    f"# <script>{MARK}</script>", f"| <script>{MARK}</script> | b |\n|---|---|\n| <img src=x onerror={MARK}> | d |", f"$<script>{MARK}</script>$",
    f"$$\\text{{<script>{MARK}</script>}} \\href{{javascript:{MARK}}}{{x}}$$", f"$\\unknown<img src=x onerror={MARK}>$", f"> <script>{MARK}</script>",
    f"- [x] <script>{MARK}</script>", f"~~<script>{MARK}</script>~~", f"www.far.invalid/<script>{MARK}</script>", f"![f](file:///etc/passwd)", "![p](/etc/hostname)",
    f"<div\nonclick={MARK}\n>\n\n</div>", f"[a](<javascript:{MARK}> \"t\")", f"[a]({FAR}k \"\" onmouseover={MARK}\")", f"<![CDATA[<script>{MARK}</script>]]>", f"<?php {MARK} ?>",
]
# Where an element or an attribute stands that the program does not write, a piece became markup.
LOOK = r"""() => {
  const wrong = [];
  if (window.gfnetMark) { wrong.push("something ran"); }
  const known = new Set("html head meta title style body a div main header h1 h2 h3 h4 h5 h6 p code pre time span label input nav details summary ul ol li section figure img figcaption script table caption thead tbody tr th td dl dt dd footer b button dialog strong em del blockquote hr br sup math semantics mrow mi mo mn mtext msup msub msubsup mfrac msqrt mroot munder mover munderover mtable mtr mtd mspace mstyle merror mpadded mphantom annotation".split(" "));
  for (const element of document.querySelectorAll("*")) {
    const name = element.localName;
    if (!known.has(name)) { wrong.push(`an element ${name}`); }
    for (const { name: attribute, value } of element.attributes) {
      if (/^on|^srcdoc$|^formaction$|^srcset$|^ping$|^background$/.test(attribute)) { wrong.push(`an attribute ${attribute} of ${name}`); }
      const address = value.replace(/[\s\u0000-\u0020]/g, "").toLowerCase();
      if (["href", "src", "xlink:href", "action", "data"].includes(attribute)) {
        if (/^(javascript|vbscript|file):/.test(address) || /^data:text\/html|^data:image\/svg/.test(address) && name === "a" && !element.download) { wrong.push(`the address ${value.slice(0, 60)}`); }
        if (attribute !== "href" && !/^(data:image\/(png|svg\+xml|jpeg|gif|webp);|figures\/)/.test(address)) { wrong.push(`${name} from ${value.slice(0, 60)}`); }
      }
    }
    if (name === "meta" && /refresh/i.test(element.httpEquiv)) { wrong.push("a refresh"); }
    if (name === "input" && !["radio", "checkbox"].includes(element.type)) { wrong.push(`an input of type ${element.type}`); }
  }
  return wrong;
}"""


class Case:
    """A script and a plugin out of pieces."""

    def __init__(self, seed, number):
        self.random = random.Random(f"{seed} {number}")

    def text(self, most=3, lines=True):
        pieces = self.random.choices(PIECES, k=self.random.randint(1, most))
        text = self.random.choice(["", " ", "a", "\n" if lines else " "]).join(pieces)
        return text if lines else re.sub(r"[\r\n\u2028\x00]", " ", text)

    def markdown(self):
        return "\n\n".join(self.random.choice([self.random.choice(MARKDOWN), self.text()]) for _ in range(self.random.randint(1, 6)))

    @staticmethod
    def lua(text):
        """A string of Lua of these bytes."""
        return '"' + "".join(chr(b) if 32 <= b < 127 and b not in (34, 92) else f"\\{b:03}" for b in text.encode()) + '"'

    def quoted(self, most=3):
        return self.lua(self.text(most))

    def commented(self, text):
        return "\n".join("-- " + line for line in re.split(r"[\r\n\x00]", text))

    def script(self):
        q = self.quoted
        rows = ", ".join("{" + ", ".join(self.random.choice([q(), "1.5", "0/0", "gfnet.stats.value(75.93, 0.08)", "nil"]) for _ in range(3)) + "}" for _ in range(3))
        parts = [
            "-- %% [markdown]\n" + self.commented(f"# {self.text(2, False)}\n\n{self.markdown()}"),
            f"-- %% [parameters]\nlocal p = gfnet.params{{ name = {{ default = {q()}, help = {q()} }} }}",
            f"-- %% {self.text(2, False)}\n{self.commented(self.text())}\nprint({q()}, p.name)\ngfnet.report.text({q()})\ngfnet.report.markdown({self.lua(self.markdown())})",
            f"-- %% {self.text(1, False)}\nlocal c1, c2, c3 = {q()} .. 1, {q()} .. 2, {q()} .. 3\n"
            f"gfnet.report.table{{ columns = {{ c1, c2, c3 }}, caption = {q()}, name = {q()}, best = {{ [c1] = 'max' }}, rows = {{ {rows} }} }}",
            f"-- %%\nlocal f = gfnet.plot.figure{{ title = {q()}, xlabel = {q()}, ylabel = {q()}, caption = {q()}, name = {q()} }}\n"
            f"f:line({{1, 2}}, {{3, 4}}, {{ label = {q()} }}):annotate({q()}, 1, 3):text({q()}, 0.5, 0.5)\nf",
            f"-- %%\ngfnet.plot.figure{{ name = {q(1)} }}:bar({{ {q()} .. 1, {q()} .. 2 }}, {{ 1, 2 }})",
            f"-- %%\ngfnet.plot.images({{ gfnet.tensor.rand(3, 8, 8) }}, {{ titles = {{ {q()} }} }})",
            f"-- %%\n{{ {q()}, [{q()}] = {q()}, rule = gfnet.exits.hostile{{}} }}",
            f"-- %%\ngfnet.report.results{{ [{q()}] = {q()} }}\nlocal data = gfnet.dataset('tensors', {{ images = gfnet.tensor.rand(2, 3, 8, 8), labels = {{ 1, 2 }}, classes = {{ {q()} .. 1, {q()} .. 2 }} }})\nprint(data, data.classes)\ndata",
        ]
        parts.append(f"-- %% {self.text(1, False)}\nerror({q()}, {self.random.choice([0, 1])})")
        return "\n\n".join(parts) + "\n"

    def plugin(self):
        return (
            f'return {{ name = "hostile", version = {self.lua("1.0")}, summary = {self.lua(self.text(2, False))}, requires = "gfnet >= 0.1", provides = {{ exits = {{ "hostile" }} }}, capabilities = {{}} }}\n',
            f'gfnet.exits.define{{ name = "hostile", summary = {self.lua(self.text(2, False))}, params = {{ a = {{ default = {self.quoted()}, help = {self.quoted()} }} }}, decide = function(s, p) return true end }}\n',
        )

    def write(self, folder):
        place = os.path.join(folder, "plugins", "hostile")
        os.makedirs(place)
        manifest, definitions = self.plugin()
        for path, text in (("plugins/hostile/plugin.lua", manifest), ("plugins/hostile/init.lua", definitions), ("case.lua", self.script())):
            with open(os.path.join(folder, path), "w", encoding="utf-8", newline="") as file:
                file.write(text)


class Window:
    """One page that is used again and again, as a process of its own for each takes longer than all that is looked at."""

    def __init__(self, browser):
        self.browser, self.page = browser, None
        self.wrong, self.requests = [], []

    def renew(self):
        if self.page:
            self.page.close()
        self.page = self.browser.new_page()
        self.page.on("console", lambda message: self.wrong.append(f"the console says {message.text[:200]}"))
        self.page.on("pageerror", lambda error: self.wrong.append(f"an error: {str(error)[:200]}"))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("dialog", lambda dialog: (self.wrong.append("a dialog"), dialog.dismiss()))

    def opened(self, path, what):
        """What is wrong with a page."""
        if not self.page:
            self.renew()
        page, address = self.page, "file://" + path
        self.wrong.clear()
        self.requests.clear()
        page.goto(address)
        if path.endswith(".html"):
            self.wrong += page.evaluate(LOOK)
            # What waits for a reader: the program's own buttons work, and focus anywhere starts nothing.
            for button in page.locator("th button").all()[:3]:
                button.dispatch_event("click")
            page.evaluate("document.querySelectorAll('*').forEach(e => e.dispatchEvent(new Event('mouseover')))")
        if page.evaluate("window.gfnetMark"):
            self.wrong.append("something ran")
        self.wrong += [f"the page asks for {url[:100]}" for url in self.requests if url != address and not url.startswith("data:")]
        if page.url != address:
            self.wrong.append(f"it goes to {page.url[:100]}")
        found = [f"{what}: {text}" for text in dict.fromkeys(self.wrong)]
        if found:
            # What is left of it must not be laid to the next.
            self.renew()
        return found


def check(window, folder):
    made = run(os.path.join(folder, "case.lua"), "--formats", "png,svg", "--out", os.path.join(folder, "out"))
    index = os.path.join(folder, "out", "index.html")
    if made.returncode != 1 or not os.path.exists(index):
        return [f"the run ends with {made.returncode}: {made.stderr.strip()[-300:]}"], 0
    with open(index, encoding="utf-8", newline="") as file:
        html = file.read()
    bare = os.path.join(folder, "out", "bare.html")
    policy = re.search(r'<meta http-equiv="Content-Security-Policy"[^>]*>', html)
    if not policy or policy.start() > html.index("<title>"):
        return ["the page has no policy before its title"], 0
    with open(bare, "w", encoding="utf-8", newline="") as file:
        file.write(html.replace(policy.group(), "", 1))
    wrong = window.opened(index, "page") + window.opened(bare, "without its policy")
    figures = os.path.join(folder, "out", "figures")
    for name in sorted(os.listdir(figures)) if os.path.isdir(figures) else []:
        if name.endswith(".svg"):
            wrong += window.opened(os.path.join(figures, name), name)
    # How much of the script was reached: an error in an early cell would leave little to look at.
    return wrong, html.count('class="cell done') + html.count('class="cell failed')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="a folder for cases where something is wrong")
    options = parser.parse_args()
    browser_path = chromium()
    bad, reached = 0, {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path)
        window = Window(browser)
        for number in range(options.first, options.first + options.count):
            folder = tempfile.mkdtemp()
            Case(options.seed, number).write(folder)
            wrong, cells = check(window, folder)
            reached[cells] = reached.get(cells, 0) + 1
            for text in wrong:
                print(f"case {number}: {text}")
            if wrong:
                bad += 1
                if options.keep:
                    shutil.copytree(folder, os.path.join(options.keep, f"case-{number}"), dirs_exist_ok=True)
            shutil.rmtree(folder)
            if (number + 1 - options.first) % 50 == 0:
                print(f"{number + 1 - options.first} of {options.count}, {bad} with something wrong", file=sys.stderr)
        browser.close()
    print(f"{options.count} reports, {bad} with something wrong; cells that ran: {dict(sorted(reached.items()))}")
    sys.exit(1 if bad else 0)


main()
