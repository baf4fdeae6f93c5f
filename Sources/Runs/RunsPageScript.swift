import Reports

/// What the page of all runs searches by, and its style.
enum RunsPageScript {
  static let script = PageScript(text)

  /// It compares texts and hides items. The search field is shown by it, as it would do nothing without. All words must occur in a
  /// run; what was searched for stands in the address, so that it can be linked to.
  private static let text = #"""
    (() => {
    "use strict";
    const items = [...document.querySelectorAll(".runs > li")].map(item => ({ item, text: item.textContent.toLowerCase() }));
    const field = document.getElementById("search"), count = document.getElementById("count"), all = count.textContent;
    const search = () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(word => word);
      let found = 0;
      for (const { item, text } of items) {
        item.hidden = !words.every(word => text.includes(word));
        if (!item.hidden) { found++; }
      }
      count.textContent = words.length ? `${found} of ${all}` : all;
    };
    field.addEventListener("input", () => {
      search();
      try { history.replaceState(null, "", field.value ? "#q=" + encodeURIComponent(field.value) : "#"); } catch { }
    });
    if (location.hash.startsWith("#q=")) {
      try { field.value = decodeURIComponent(location.hash.slice(3)); } catch { }
    }
    field.closest("p").hidden = false;
    if (field.value) { search(); }
    })();
    """#

  /// The rest is the style of reports. What is not in sight is not laid out, so that ten thousand runs scroll well.
  static let style = """
    [hidden] { display: none !important; }
    .search { margin: 0.9rem 0 0; }
    .search label { color: var(--soft); font-size: 0.9rem; }
    .search input { font: inherit; color: var(--text); background: var(--shade); border: 1px solid var(--line);
      border-radius: 6px; padding: 0.35rem 0.6rem; width: min(30rem, 100%); min-height: 2.4rem; }
    .runs { list-style: none; margin: 0; padding: 0; }
    .runs > li { display: grid; grid-template-columns: 9rem minmax(0, 1fr); gap: 0 1.2rem; padding: 1rem 0;
      border-bottom: 1px solid var(--line); content-visibility: auto; contain-intrinsic-size: auto 8rem; }
    .runs h2 { font-size: 1.1rem; margin: 0 0 0.2rem; overflow-wrap: anywhere; }
    .runs dl { font-size: 0.9rem; margin: 0.4rem 0 0; }
    .runs dl div { grid-template-columns: 4.5rem 1fr; }
    .thumbnail { background: var(--shade); border-radius: 6px; aspect-ratio: 4 / 3; overflow: hidden; align-self: start; }
    .thumbnail img { display: block; width: 100%; height: 100%; object-fit: contain; background: #fff; }
    @media (max-width: 40rem) {
      .runs > li { grid-template-columns: 5rem minmax(0, 1fr); gap: 0 0.8rem; }
    }
    @media print { .search { display: none; } }

    """
}
