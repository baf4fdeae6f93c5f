extension HTMLReport {
  /// The page's style sheet. Colours are variables, so that dark mode is one block of them.
  static let style = """
    :root {
      --text: #1c2126; --soft: #57606a; --paper: #ffffff; --shade: #f5f6f8; --line: #dde1e6;
      --accent: #0b57a4; --bad: #b3261e; --bad-shade: #fdf0ee; --good: #1a6b3c; --hit: #fbdcd8;
      --comment: #5b6770; --string: #17633f; --number: #8a4100; --keyword: #8b2380; --builtin: #0a5a8c;
      --call: #24459c;
      --sans: "Inter", "Source Sans 3", system-ui, -apple-system, "Segoe UI", "Noto Sans", "Helvetica Neue",
        Arial, "DejaVu Sans", sans-serif;
      --mono: ui-monospace, "SF Mono", "JetBrains Mono", "Cascadia Code", Menlo, Consolas, "Liberation Mono",
        "DejaVu Sans Mono", monospace;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --text: #dde2e7; --soft: #9aa5b0; --paper: #14181c; --shade: #1c2126; --line: #323a42;
        --accent: #7db6f0; --bad: #ff9a90; --bad-shade: #2d1a19; --good: #7ccf9c; --hit: #57241f;
        --comment: #94a0ab; --string: #8fcfa6; --number: #f0b27a; --keyword: #dfa0d8; --builtin: #7cc4ec;
        --call: #a5bdf5;
      }
    }
    * { box-sizing: border-box; }
    html { scroll-behavior: smooth; scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
    @media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
    body { margin: 0; background: var(--paper); color: var(--text); font: 1.0625rem/1.6 var(--sans); }
    .page { max-width: 56rem; margin: 0 auto; padding: 2.5rem 1.5rem 4rem; }
    main { min-width: 0; }
    a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 0.15em; }
    a:hover { text-decoration-thickness: 2px; }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    .skip { position: absolute; left: -100rem; }
    .skip:focus { left: 1rem; top: 0.5rem; }
    h1, h2, h3, h4, h5, h6 { line-height: 1.25; text-wrap: balance; margin: 2.2em 0 0.6em; font-weight: 650; }
    h1 { font-size: 2.1rem; letter-spacing: -0.015em; }
    h2 { font-size: 1.45rem; letter-spacing: -0.01em; }
    h3 { font-size: 1.15rem; }
    h4, h5, h6 { font-size: 1rem; }
    header h1 { margin: 0 0 0.4rem; }
    header { border-bottom: 1px solid var(--line); padding-bottom: 1rem; margin-bottom: 1.8rem; }
    .byline { margin: 0; color: var(--soft); font-size: 0.9rem; }
    .byline code { background: none; padding: 0; }
    .status { font-weight: 600; color: var(--soft); }
    .status.done { color: var(--good); }
    .status.failed, .status.interrupted { color: var(--bad); }
    .toggle { float: right; user-select: none; }
    .toggle label { cursor: pointer; margin-left: 0.6em; }
    .toggle input { margin: 0 0.15em 0 0; vertical-align: -0.1em; accent-color: var(--accent); }
    .failure { background: var(--bad-shade); border-left: 3px solid var(--bad); margin: 1rem 0 0;
      padding: 0.6rem 1rem; overflow-wrap: anywhere; }
    #facts { margin-top: 0.7rem; font-size: 0.9rem; }
    #facts summary { color: var(--soft); cursor: pointer; width: fit-content; }
    dl { margin: 0.6rem 0 0; }
    dl div { display: grid; grid-template-columns: 7rem 1fr; gap: 0.8rem; padding: 0.12rem 0; }
    dt { color: var(--soft); }
    dd { margin: 0; overflow-wrap: anywhere; }
    p, ul, ol, blockquote { margin: 0 0 1em; }
    .prose > :first-child { margin-top: 0; }
    .prose > h1:first-child, .prose > h2:first-child, .prose > h3:first-child { margin-top: 2rem; }
    h2 + h3, h3 + h4 { margin-top: 0.8em; }
    .prose { overflow-wrap: break-word; }
    .prose > p, .prose > ul, .prose > ol, .prose > blockquote { max-width: 46rem; }
    .prose li { margin: 0.2em 0; }
    .prose img { max-width: 100%; height: auto; background: #fff; border-radius: 4px; }
    blockquote { border-left: 3px solid var(--line); padding-left: 1rem; color: var(--soft); margin-left: 0; }
    math { font-size: 1.05em; }
    /* What may scroll sideways scrolls downwards too, unless that is forbidden; the padding holds what is tall. */
    math[display="block"] { margin: 0.6em 0; padding: 0.4em 0; overflow-x: auto; overflow-y: hidden; }
    hr { border: 0; border-top: 1px solid var(--line); margin: 2rem 0; }
    code, pre { font-family: var(--mono); font-size: 0.8125rem; font-variant-ligatures: none; }
    :not(pre) > code { font-size: 0.86em; background: var(--shade); padding: 0.12em 0.35em; border-radius: 4px;
      overflow-wrap: anywhere; }
    pre { margin: 0; line-height: 1.55; overflow-x: auto; tab-size: 4; }
    .prose pre { background: var(--shade); border-radius: 6px; padding: 0.8rem 1rem; margin-bottom: 1em; }
    .cell { margin: 1.6rem 0; }
    .cell.pending .lua, .cell.pending .lua span { color: var(--soft); }
    .cell.stale > .out, .cell.stale > figure, .cell.stale > .prose { opacity: 0.55; }
    .cell.stale .note { color: var(--bad); font-weight: 600; }
    .code { background: var(--shade); border: 1px solid var(--line); border-radius: 8px; overflow: hidden;
      position: relative; }
    .fold { position: absolute; opacity: 0; pointer-events: none; }
    .code label { display: flex; align-items: center; gap: 0.6rem; padding: 0.25rem 0.9rem; cursor: pointer;
      font-size: 0.78rem; color: var(--soft); user-select: none; }
    .fold:focus-visible + label { outline: 2px solid var(--accent); outline-offset: -2px; }
    .code label::before { content: ""; border: solid currentColor; border-width: 0 1.5px 1.5px 0; padding: 2px;
      transform: rotate(-45deg); margin-right: 0.1rem; }
    .code pre { display: none; border-top: 1px solid var(--line); }
    .fold:checked ~ pre, body:has(#code-shown:checked) .code pre { display: block; }
    .fold:checked + label::before, body:has(#code-shown:checked) .code label::before {
      transform: rotate(45deg) translate(-1px, -1px); }
    body:has(#code-hidden:checked) .code { display: none; }
    .code .kind { font-weight: 600; }
    .code .note { margin-left: auto; font-variant-numeric: tabular-nums; }
    .cell.failed .note, .cell.interrupted .note { color: var(--bad); font-weight: 600; }
    .code pre { padding: 0.7rem 0; counter-reset: line; }
    .code code { display: block; width: max-content; min-width: 100%; }
    .code .l { display: inline-block; min-width: 100%; padding-right: 1rem; counter-increment: line; }
    .code .l::before { content: counter(line); display: inline-block; width: 3.2rem; padding-right: 1.1rem;
      text-align: right; color: var(--soft); opacity: 0.7; user-select: none; }
    .code .hit { background: var(--hit); box-shadow: inset 3px 0 var(--bad); }
    .lua .c { color: var(--comment); font-style: italic; }
    .lua .s { color: var(--string); }
    .lua .n { color: var(--number); }
    .lua .k { color: var(--keyword); }
    .lua .b { color: var(--builtin); }
    .lua .f { color: var(--call); }
    .out { margin: 0.7rem 0 0; padding: 0.1rem 0 0.1rem 0.9rem; border-left: 3px solid var(--line);
      max-height: 32rem; overflow: auto; }
    .out.value { border-left-color: var(--accent); white-space: pre-wrap; overflow-wrap: anywhere; }
    .cell > .prose { margin-top: 0.9rem; }
    .remark { margin: 0.7rem 0 0; padding: 0.35rem 0.9rem; border-left: 3px solid var(--number); color: var(--soft);
      font-size: 0.9rem; overflow-wrap: anywhere; }
    .omitted, figcaption .links { color: var(--soft); font-size: 0.85rem; }
    .error { margin-top: 0.7rem; background: var(--bad-shade); border-left: 3px solid var(--bad);
      padding: 0.7rem 1rem; }
    .error pre { white-space: pre-wrap; overflow-wrap: anywhere; }
    .error .message { color: var(--bad); font-weight: 600; }
    .error .traceback { color: var(--soft); margin-top: 0.5rem; }
    figure { margin: 1.4rem 0 0; }
    figcaption { font-size: 0.92rem; line-height: 1.5; }
    figcaption .links a { margin-left: 0.5em; }
    figcaption .links a:first-child { margin-left: 0; }
    .picture img { display: block; max-width: 100%; height: auto; margin: 0 auto; }
    .picture img.enlarges { cursor: zoom-in; }
    .links button { font: inherit; color: var(--accent); background: none; border: 0; padding: 0; margin-left: 0.5em;
      cursor: pointer; text-decoration: underline; text-decoration-thickness: 1px; text-underline-offset: 0.15em; }
    dialog.full { width: 100vw; height: 100vh; max-width: none; max-height: none; margin: 0; padding: 0; border: 0;
      background: #fff; overflow: auto; overscroll-behavior: contain; cursor: zoom-out; }
    dialog.full img { display: block; margin: 0 auto; max-width: none; }
    dialog.full button { position: fixed; top: 0.6rem; right: 0.6rem; font: 600 1rem/1 var(--sans); color: #1c2126;
      background: #f5f6f8; border: 1px solid #57606a; border-radius: 6px; padding: 0.6rem 0.8rem; cursor: pointer; }
    .picture figcaption { margin: 0.6rem auto 0; max-width: 40rem; text-align: center; text-wrap: pretty; }
    .table figcaption { margin-bottom: 0.5rem; }
    .scroll { overflow-x: auto; }
    table { border-collapse: collapse; font-size: 0.92rem; line-height: 1.4; font-variant-numeric: tabular-nums; }
    th, td { padding: 0.3rem 1rem 0.3rem 0; text-align: left; vertical-align: baseline; }
    th:last-child, td:last-child { padding-right: 0; }
    thead th { font-weight: 600; border-bottom: 1px solid var(--soft); vertical-align: bottom; }
    .data, .prose table { border-top: 2px solid var(--soft); border-bottom: 2px solid var(--soft); }
    .prose table { margin-bottom: 1em; display: block; width: fit-content; max-width: 100%; overflow-x: auto; }
    .data .number { text-align: right; white-space: nowrap; }
    .data th.number { white-space: normal; }
    .data .number + .number { padding-left: 0.8rem; }
    .sortable thead th { padding-top: 0; padding-bottom: 0; }
    .sortable th button { font: inherit; color: inherit; text-align: inherit; background: none; border: 0; cursor: pointer;
      padding: 0.3rem 0; }
    /* A mark of its own stands beside the name, so that no column becomes wider when it is sorted. */
    .sortable th button::after { content: "\\2195"; content: "\\2195" / ""; display: inline-block; width: 0.9em; text-align: right;
      color: var(--soft); opacity: 0.55; font-weight: 400; }
    .sortable th[aria-sort="ascending"] button::after { content: "\\2191"; content: "\\2191" / ""; color: var(--accent); opacity: 1; }
    .sortable th[aria-sort="descending"] button::after { content: "\\2193"; content: "\\2193" / ""; color: var(--accent); opacity: 1; }
    .sortable th button:hover::after { opacity: 1; }
    .pad::after { content: attr(data-pad); visibility: hidden; }
    .parameters { margin-top: 0.9rem; }
    .parameters caption { position: absolute; left: -100rem; }
    .parameters th[scope="row"] { font-weight: 400; }
    .parameters td:last-child { color: var(--soft); }
    .overridden td:nth-child(2) { font-weight: 650; }
    .set { font-size: 0.75rem; font-weight: 400; color: var(--accent); border: 1px solid; border-radius: 99px;
      padding: 0 0.5em; margin-left: 0.2em; }
    footer { border-top: 1px solid var(--line); margin-top: 3rem; padding-top: 1.2rem; color: var(--soft);
      font-size: 0.9rem; }
    footer pre { background: var(--shade); color: var(--text); border-radius: 6px; padding: 0.7rem 1rem;
      margin-bottom: 1em; }
    footer p { margin-bottom: 0.5em; }
    nav { font-size: 0.9rem; margin-bottom: 1.5rem; }
    nav summary { font-weight: 600; cursor: pointer; }
    nav ul { list-style: none; margin: 0.4rem 0 0; padding: 0; }
    nav li { margin: 0.3rem 0; line-height: 1.35; }
    nav a { color: var(--soft); text-decoration: none; }
    nav a:hover { color: var(--accent); text-decoration: underline; }
    nav .level-1 { padding-left: 0.9rem; }
    nav .level-2 { padding-left: 1.8rem; }
    @media (min-width: 72rem) {
      .with-contents { max-width: 74rem; display: grid; grid-template-columns: 13rem minmax(0, 53rem);
        gap: 4rem; }
      nav { position: sticky; top: 2.5rem; align-self: start; max-height: calc(100vh - 5rem); overflow-y: auto;
        margin: 0; }
    }
    @media (max-width: 40rem) {
      body { font-size: 1rem; }
      .page { padding: 1.4rem 1rem 3rem; }
      h1 { font-size: 1.65rem; }
      dl div { grid-template-columns: 1fr; gap: 0; padding: 0.25rem 0; }
      .toggle { float: none; display: block; margin-top: 0.3rem; }
      .code .l::before { width: 2.4rem; padding-right: 0.8rem; }
    }
    @media (prefers-color-scheme: dark) {
      .picture img { background: #fff; padding: 0.7rem; border-radius: 8px; }
    }
    @media print {
      :root {
        --text: #000; --soft: #444; --paper: #fff; --shade: #f6f6f6; --line: #ccc; --accent: #0b57a4;
        --bad: #9a1b14; --bad-shade: #fdf0ee; --hit: #fbdcd8; --good: #1a6b3c; --comment: #555;
        --string: #17633f; --number: #8a4100; --keyword: #8b2380; --builtin: #0a5a8c; --call: #24459c;
      }
      html { font-size: 9.5pt; }
      math[display="block"] { overflow: visible; }
      body { font-size: 1rem; }
      .page, .with-contents { display: block; max-width: none; padding: 0; }
      nav, .toggle, .links, .skip, .sortable th button::after { display: none; }
      pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 7.5pt; }
      .out { max-height: none; }
      .code code { width: auto; }
      .code .l { display: inline; padding: 0; }
      .code, .code label { break-after: avoid; }
      .code:has(.fold:checked), body:has(#code-shown:checked) .code { break-after: auto; }
      figure, tr, .error, .out.value { break-inside: avoid; }
      h1, h2, h3, .cell > h2, thead { break-after: avoid; }
      .cell:has(> figure) > h2, .cell:has(> figure) > .code { break-after: avoid; }
      p, li { orphans: 3; widows: 3; }
      .picture img { background: none; padding: 0; width: var(--print, auto);
        max-height: 22cm; object-fit: contain; }
      a { color: inherit; text-decoration: none; }
    }

    """
}
