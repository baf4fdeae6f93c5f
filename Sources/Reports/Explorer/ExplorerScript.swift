/// The script of the page that explorers need.
enum ExplorerScript {
  static let script = PageScript(text)

  /// It makes elements and texts, never markup, out of what the data say, and loads nothing. Three parts: numbers (what rules
  /// do), pictures (what is drawn of them), and the explorer (what a reader can do).
  private static let text = numbers + ExplorerPictures.text + ExplorerControls.text

  private static let numbers = #"""
    (() => {
    "use strict";
    const buffer = text => Uint8Array.from(atob(text), c => c.charCodeAt(0)).buffer;

    // What the data say, as numbers.
    const read = json => {
      const data = JSON.parse(json), count = data.madds.length;
      data.labels = new Int32Array(buffer(data.labels));
      data.predictions = data.predictions.map(list => new Int32Array(buffer(list)));
      data.confidences = data.confidences.map(list => new Float32Array(buffer(list)));
      data.rules = data.rules.map(rule => {
        if (rule.exits) { return { name: rule.name, points: [{ exits: new Uint8Array(buffer(rule.exits)) }] }; }
        const all = new Float32Array(buffer(rule.thresholds)), points = [];
        for (let i = 0; i < all.length; i += count) { points.push({ thresholds: all.subarray(i, i + count) }); }
        return { name: rule.name, points, moves: points.length > 1 };
      });
      for (const rule of data.rules) {
        for (const point of rule.points) { measure(data, point); }
        rule.points.sort((a, b) => a.madds - b.madds || a.accuracy - b.accuracy);
      }
      return data;
    };

    // The step after which each image leaves, 1 to T.
    const exits = (data, point) => {
      if (point.exits) { return point.exits; }
      const last = data.madds.length - 1, steps = new Uint8Array(data.labels.length);
      for (let i = 0; i < steps.length; i++) {
        let step = 0;
        while (step < last && !(data.confidences[step][i] >= point.thresholds[step])) { step++; }
        steps[i] = step + 1;
      }
      return steps;
    };

    // Accuracy, mean cost and exits of a point; the steps of images are not kept, as there may be many points.
    const measure = (data, point) => {
      const steps = exits(data, point), counts = data.madds.map(() => 0);
      let right = 0, sum = 0;
      for (let i = 0; i < steps.length; i++) {
        counts[steps[i] - 1]++;
        if (data.predictions[steps[i] - 1][i] === data.labels[i]) { right++; }
      }
      counts.forEach((images, step) => { sum += images * data.madds[step]; });
      point.counts = counts;
      point.accuracy = 100 * right / steps.length;
      point.madds = sum / steps.length;
      return steps;
    };

    // The place of the dearest point that costs at most so much; the cheapest where all cost more.
    const within = (rule, madds) => {
      let place = 0;
      rule.points.forEach((point, i) => { if (point.madds <= madds * (1 + 1e-12)) { place = i; } });
      return place;
    };

    const className = (data, label) => data.classes[label] ?? `class ${label + 1}`;
    const percent = share => `${share.toFixed(2)} %`;
    const cost = madds => madds >= 1e9 ? `${(madds / 1e9).toPrecision(4)} G` : `${(madds / 1e6).toPrecision(4)} M`;

    """#

  /// What the page's style sheet says of explorers.
  static let style = """
    .explorer { --a: #0060a8; --b: #b84a00; }
    @media (prefers-color-scheme: dark) { .explorer { --a: #6cb6f5; --b: #ffa05c; } }
    .explorer [hidden] { display: none; }
    .explorer .play { border: 1px solid var(--line); border-radius: 8px; padding: 1rem; }
    .explorer .controls { display: flex; flex-wrap: wrap; gap: 0.5rem 1.2rem; align-items: end; }
    .explorer label { display: block; font-size: 0.85rem; color: var(--soft); }
    .explorer .budget { flex: 1 1 15rem; }
    .explorer select, .explorer button { font: inherit; font-size: 0.95rem; color: var(--text); background: var(--shade);
      border: 1px solid var(--line); border-radius: 6px; padding: 0.3rem 0.5rem; max-width: 100%; min-height: 2.2rem; }
    .explorer .field select, .explorer .field input { display: block; margin-top: 0.15rem; }
    .explorer input[type="range"] { width: 100%; min-height: 2.2rem; accent-color: var(--a); margin: 0; }
    .explorer table { margin: 1rem 0 0; width: 100%; }
    .explorer th[scope="row"] { font-weight: 600; white-space: nowrap; }
    .explorer .number { text-align: right; white-space: nowrap; }
    .explorer .swatch { display: inline-block; width: 0.7em; height: 0.7em; border-radius: 2px; margin-right: 0.4em; }
    .explorer .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)); gap: 1rem;
      margin: 1rem 0; }
    .explorer svg { display: block; width: 100%; height: auto; }
    .explorer svg text { fill: var(--soft); font: 11px var(--sans); font-variant-numeric: tabular-nums; }
    .explorer .found { font-size: 0.9rem; color: var(--soft); margin: 0.8rem 0 0.4rem; }
    .explorer .thumbnails { display: grid; grid-template-columns: repeat(auto-fill, minmax(8rem, 1fr)); gap: 0.9rem;
      list-style: none; margin: 0; padding: 0; }
    .explorer .thumbnails li { font-size: 0.78rem; line-height: 1.35; overflow-wrap: anywhere; min-width: 0; }
    .explorer .thumbnails b { display: block; font-weight: 600; }
    .explorer .right { color: var(--good); } .explorer .wrong { color: var(--bad); }
    .explorer .thumbnails span { display: block; }
    .explorer .leaves { font-weight: 600; }
    .explorer .beside { color: var(--soft); }
    .explorer .more { margin-top: 0.8rem; }
    @media print { .explorer .play { display: none !important; } .explorer .still { display: block !important; } }

    """
}
