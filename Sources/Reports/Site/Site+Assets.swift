extension Site {
  /// What the site has beyond the style of reports.
  static let style = """
    nav .site { font-weight: 650; font-size: 1.05rem; margin: 0 0 0.6rem; }
    nav .site a { color: var(--text); }
    nav details { margin-top: 0.7rem; }
    nav [aria-current] { color: var(--accent); font-weight: 600; }
    #search { width: 100%; font: inherit; color: var(--text); background: var(--shade);
      border: 1px solid var(--line); border-radius: 6px; padding: 0.35rem 0.6rem; }
    #found { margin: 0.5rem 0 0; padding: 0; list-style: none; }
    #found li { padding: 0.35rem 0; border-bottom: 1px solid var(--line); }
    #found a { color: var(--accent); }
    #found small { display: block; color: var(--soft); }
    main.prose > h1:first-child { margin-top: 0; }
    .prose td code, .prose th code { overflow-wrap: normal; white-space: nowrap; }

    """

  /// Searches the index for sections that have all words, each as the beginning of a word; titles count more.
  static let search = """
    (() => {
      const box = document.getElementById("search"), list = document.getElementById("found");
      const root = document.currentScript ? document.currentScript.dataset.root
        : document.querySelector("script[data-root]").dataset.root;
      const words = text => text.toLowerCase().split(/[^\\p{L}\\p{N}_]+/u).filter(word => word);
      let sections = null;
      const prepared = () => sections ||= (window.searchIndex || []).map(section => ({
        ...section, title: words(section.page + " " + section.heading), body: words(section.text),
      }));
      const score = (section, wanted) => {
        let sum = 0;
        for (const word of wanted) {
          if (section.title.includes(word)) sum += 20;
          else if (section.title.some(other => other.startsWith(word))) sum += 8;
          else if (section.body.includes(word)) sum += 2;
          else if (section.body.some(other => other.startsWith(word))) sum += 1;
          else return 0;
        }
        return sum;
      };
      const excerpt = (text, word) => {
        const at = Math.max(0, text.toLowerCase().indexOf(word) - 40);
        return (at > 0 ? "… " : "") + text.slice(at, at + 120);
      };
      const show = () => {
        const wanted = words(box.value);
        list.replaceChildren();
        list.hidden = wanted.length === 0;
        if (list.hidden) return;
        const hits = prepared().map(section => [score(section, wanted), section])
          .filter(([value]) => value > 0).sort((a, b) => b[0] - a[0]).slice(0, 12);
        for (const [, section] of hits) {
          const item = document.createElement("li"), link = document.createElement("a");
          link.href = root + section.at;
          link.textContent = section.heading === section.page ? section.page
            : section.page + " – " + section.heading;
          const text = document.createElement("small");
          text.textContent = excerpt(section.text, wanted[0]);
          item.append(link, text);
          list.append(item);
        }
        if (hits.length === 0) list.append(Object.assign(document.createElement("li"),
          { textContent: "Nothing found." }));
      };
      box.addEventListener("input", show);
      document.addEventListener("keydown", event => {
        if (event.key === "/" && document.activeElement !== box) { event.preventDefault(); box.focus(); }
        if (event.key === "Escape") { box.value = ""; show(); }
      });
      show();
    })();

    """
}
