/// The script of the page by which readers sort tables.
///
/// Names of columns become buttons, which sort upwards, then downwards, then as the table was written. A page whose scripts do
/// not run has the table as it was written, and no buttons.
enum TableScript {
  static let script = PageScript(
    #"""
    (() => {
    "use strict";
    const words = new Intl.Collator("en", { numeric: true });

    // Numbers come before texts; what says nothing comes last, upwards and downwards.
    const read = cell => {
      const text = cell.textContent.trim(), isNumber = cell.classList.contains("number") && text !== "" && !isNaN(text);
      const key = cell.dataset.value ?? (isNumber ? text : undefined);
      if (key !== undefined) { return key === "" ? { kind: 2 } : { kind: 0, value: Number(key) }; }
      return /^[-–—]?$/.test(text) ? { kind: 2 } : { kind: 1, value: text };
    };
    const compare = (a, b, sign) => {
      if (a.kind === 2 || b.kind === 2) { return a.kind - b.kind; }
      if (a.kind !== b.kind) { return sign * (a.kind - b.kind); }
      return sign * (a.kind === 1 ? words.compare(a.value, b.value) : a.value < b.value ? -1 : a.value > b.value ? 1 : 0);
    };
    const next = { none: "ascending", ascending: "descending", descending: "none" };

    for (const table of document.querySelectorAll("table.sortable")) {
      const body = table.tBodies[0], written = [...body.rows], heads = [...table.tHead.rows[0].cells];
      heads.forEach((head, column) => {
        const button = document.createElement("button");
        button.type = "button";
        if (head.textContent.trim() === "") { button.setAttribute("aria-label", `column ${column + 1}`); }
        button.append(...head.childNodes);
        head.append(button);
        head.setAttribute("aria-sort", "none");
        button.addEventListener("click", () => {
          const order = next[head.getAttribute("aria-sort")];
          for (const other of heads) { other.setAttribute("aria-sort", other === head ? order : "none"); }
          if (order === "none") { return body.append(...written); }
          const keys = new Map(written.map(row => [row, read(row.cells[column])]));
          const sign = order === "ascending" ? 1 : -1;
          body.append(...[...written].sort((a, b) => compare(keys.get(a), keys.get(b), sign)));
        });
      });
    }
    })();

    """#)
}
