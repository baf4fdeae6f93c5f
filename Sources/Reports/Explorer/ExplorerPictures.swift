/// The part of the page's script that draws: the curve, the exits, an image with its patches.
enum ExplorerPictures {
  static let text = #"""
    const svg = "http://www.w3.org/2000/svg";
    const filled = (element, attributes, children) => {
      for (const [name, value] of Object.entries(attributes)) { element.setAttribute(name, value); }
      element.append(...children);
      return element;
    };
    const make = (tag, attributes = {}, ...children) => filled(document.createElement(tag), attributes, children);
    const draw = (tag, attributes = {}, ...children) =>
      filled(document.createElementNS(svg, tag), attributes, children);

    // Round numbers from low to high, about as many as asked for.
    const marks = (low, high, about) => {
      const rough = (high - low || 1) / about, power = 10 ** Math.floor(Math.log10(rough));
      const step = [1, 2, 5, 10].map(factor => factor * power).find(size => size >= rough * 0.999);
      const list = [];
      for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) { list.push(k * step); }
      return list;
    };
    const short = number => String(Number(number.toPrecision(6)));

    // Accuracy against mean cost of all rules; those that are looked at have colours and a dot.
    const curves = (data, chosen) => {
      const [width, height, left, bottom, top, end] = [360, 230, 44, 34, 10, 12];
      const points = data.rules.flatMap(rule => rule.points);
      const unit = Math.max(...points.map(point => point.madds)) >= 1e9 ? 1e9 : 1e6;
      const range = values => {
        const [low, high] = [Math.min(...values), Math.max(...values)], room = (high - low || Math.abs(high) || 1) * 0.06;
        return [low - room, high + room];
      };
      const [x0, x1] = range(points.map(point => point.madds / unit)), [y0, y1] = range(points.map(point => point.accuracy));
      const x = madds => left + (madds / unit - x0) / (x1 - x0) * (width - left - end);
      const y = share => height - bottom - (share - y0) / (y1 - y0) * (height - bottom - top);
      const picture = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
      picture.setAttribute("aria-label", "Accuracy against mean Multiply-Adds: " + chosen.map(({ rule, place }) =>
        `${rule.name} ${percent(rule.points[place].accuracy)} at ${cost(rule.points[place].madds)}`).join(", "));
      for (const mark of marks(x0, x1, 5)) {
        const at = x(mark * unit);
        picture.append(draw("line", { x1: at, x2: at, y1: top, y2: height - bottom, stroke: "var(--line)" }),
          draw("text", { x: at, y: height - bottom + 14, "text-anchor": "middle" }, short(mark)));
      }
      for (const mark of marks(y0, y1, 5)) {
        const at = y(mark);
        picture.append(draw("line", { x1: left, x2: width - end, y1: at, y2: at, stroke: "var(--line)" }),
          draw("text", { x: left - 6, y: at + 4, "text-anchor": "end" }, short(mark)));
      }
      picture.append(
        draw("text", { x: (left + width - end) / 2, y: height - 4, "text-anchor": "middle" },
          `mean Multiply-Adds (${unit === 1e9 ? "G" : "M"})`),
        draw("text", { x: 11, y: (top + height - bottom) / 2, "text-anchor": "middle",
          transform: `rotate(-90 11 ${(top + height - bottom) / 2})` }, "top-1 (%)"));
      const color = rule => chosen.find(other => other.rule === rule)?.color ?? "var(--soft)";
      const order = [...data.rules].sort((a, b) => (color(a) === "var(--soft)" ? 0 : 1) - (color(b) === "var(--soft)" ? 0 : 1));
      for (const rule of order) {
        const list = rule.points.map(point => `${x(point.madds).toFixed(1)},${y(point.accuracy).toFixed(1)}`);
        const title = draw("title", {}, rule.name), isChosen = color(rule) !== "var(--soft)";
        picture.append(rule.points.length > 1
          ? draw("polyline", { points: list.join(" "), fill: "none", stroke: color(rule),
            "stroke-width": isChosen ? 2 : 1.2, "stroke-opacity": isChosen ? 1 : 0.55 }, title)
          : draw("rect", { x: x(rule.points[0].madds) - 3.5, y: y(rule.points[0].accuracy) - 3.5, width: 7, height: 7,
            fill: color(rule) }, title));
      }
      for (const { rule, place, color } of [...chosen].reverse()) {
        const point = rule.points[place];
        picture.append(draw("circle", { cx: x(point.madds), cy: y(point.accuracy), r: 5.5, fill: color,
          stroke: "var(--paper)", "stroke-width": 1.5 }));
      }
      return picture;
    };

    // How many images leave after each step.
    const histogram = (data, chosen) => {
      const [width, height, bottom, top] = [360, 230, 34, 22], steps = data.madds.length;
      const room = (width - 20) / steps, bar = Math.min(44, room * 0.8 / chosen.length), most = data.labels.length;
      const picture = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
      picture.setAttribute("aria-label", "Exits by step: " + chosen.map(({ rule, place }) => `${rule.name} ` +
        rule.points[place].counts.map(count => percent(100 * count / most)).join(", ")).join("; "));
      for (let step = 0; step < steps; step++) {
        const middle = 10 + room * (step + 0.5);
        chosen.forEach(({ rule, place, color }, k) => {
          const count = rule.points[place].counts[step], long = count / most * (height - bottom - top);
          const at = middle + (k - chosen.length / 2) * bar;
          picture.append(
            draw("rect", { x: at + 1, y: height - bottom - long, width: bar - 2, height: long, fill: color, rx: 2 },
              draw("title", {}, `${rule.name}: ${count}`)),
            draw("text", { x: at + bar / 2, y: height - bottom - long - 5, "text-anchor": "middle" },
              (100 * count / most).toFixed(bar < 30 ? 0 : 1)));
        });
        picture.append(draw("text", { x: middle, y: height - bottom + 14, "text-anchor": "middle" },
          step === 0 ? "glance" : String(step + 1)));
      }
      picture.append(
        draw("line", { x1: 10, x2: width - 10, y1: height - bottom, y2: height - bottom, stroke: "var(--soft)" }),
        draw("text", { x: width / 2, y: height - 4, "text-anchor": "middle" }, `leave after step (% of ${data.noun})`));
      return picture;
    };

    // An image with the patches of the steps that it took; the last one is the thickest.
    const photograph = (thumbnail, taken, isRight) => {
      const { width, height } = thumbnail, line = Math.max(width, height) / 70;
      const picture = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": thumbnail.title });
      const image = draw("image", { width, height, href: thumbnail.image });
      if (Math.max(width, height) < 80) { image.setAttribute("style", "image-rendering: pixelated"); }
      picture.append(image);
      thumbnail.patches.slice(0, taken).forEach((patch, step) => {
        if (!patch) { return; }
        const [row, column, size] = patch, isLast = step === taken - 1;
        const box = color => draw("rect", { x: column, y: row, width: size, height: size, fill: "none", stroke: color });
        const shade = box("#000");
        shade.setAttribute("stroke-width", line * (isLast ? 2.6 : 1.8));
        shade.setAttribute("stroke-opacity", 0.45);
        const frame = box(isRight(step) ? "#4fd08a" : "#ff7a6b");
        frame.setAttribute("stroke-width", line * (isLast ? 1.6 : 0.8));
        picture.append(shade, frame);
      });
      return picture;
    };

    """#
}
