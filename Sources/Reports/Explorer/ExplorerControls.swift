/// The part of the page's script that a reader touches: rules, budget, filters, and what follows from them.
enum ExplorerControls {
  static let text = #"""
    const colors = ["var(--a)", "var(--b)"];

    // A control below its name, which is a label of its own: one around the control would be read with all its choices.
    let fields = 0;
    const field = (control, ...name) => {
      control.id = `explorer-field-${++fields}`;
      return make("div", { class: "field" }, make("label", { for: control.id }, ...name), control);
    };

    // A list of choices under a name.
    const choice = (name, options, change) => {
      const list = make("select", {}, ...options.map(([value, text]) => make("option", { value }, text)));
      list.addEventListener("change", () => change(list.value));
      return field(list, name);
    };

    const explore = figure => {
      const data = read(figure.querySelector("script").textContent), count = data.labels.length;
      const state = { first: 0, second: -1, place: 0, label: "", step: "", answer: "", difference: "", shown: 24 };
      state.place = Math.floor(data.rules[0].points.length / 2);
      const names = data.rules.map((rule, i) => [i, rule.name]);
      const change = key => value => {
        state[key] = value;
        state.shown = 24;
        update();
      };

      const first = choice("Rule", names, value => {
        const before = data.rules[state.first].points[state.place].madds;
        state.first = Number(value);
        state.place = within(data.rules[state.first], before);
        change("shown")(24);
      });
      const second = choice("Beside it", [[-1, "none"], ...names], value => change("second")(Number(value)));
      const slider = make("input", { type: "range", min: 0, step: 1 });
      slider.addEventListener("input", () => change("place")(Number(slider.value)));
      const budget = make("span"), told = field(slider, "Budget: ", budget);
      told.classList.add("budget");
      const table = make("table", { class: "data", "aria-live": "polite" });
      const plots = make("div", { class: "plots" });
      const labels = [...new Set(data.labels)].sort((a, b) => a - b).map(label => [label, className(data, label)]);
      const byLabel = choice("Class", [["", "all"], ...labels], change("label"));
      const byStep = choice("Leaves after", [["", "any step"],
        ...data.madds.map((_, step) => [step + 1, step === 0 ? "the glance" : `step ${step + 1}`])], change("step"));
      const byAnswer = choice("Answer", [["", "any"], ["right", "right"], ["wrong", "wrong"]], change("answer"));
      const byDifference = choice("Of both rules", [["", "all"], ["first", "only the first is right"],
        ["second", "only the second is right"], ["step", "they leave at other steps"]], change("difference"));
      const found = make("p", { class: "found", "aria-live": "polite" });
      const thumbnails = make("ul", { class: "thumbnails" });
      const more = make("button", { type: "button", class: "more" }, "Show more");
      more.addEventListener("click", () => { state.shown += 48; update(); });

      const row = ({ rule, place, color }) => {
        const point = rule.points[place], swatch = make("span", { class: "swatch", style: `background: ${color}` });
        const numbers = [percent(point.accuracy), cost(point.madds),
          ...point.counts.map(images => percent(100 * images / count))];
        return make("tr", {}, make("th", { scope: "row" }, swatch, rule.name),
          ...numbers.map(text => make("td", { class: "number" }, text)));
      };

      const item = (thumbnail, taken) => {
        const i = thumbnail.row, answer = step => data.predictions[step][i], isRight = step => answer(step) === data.labels[i];
        const steps = taken[0][i], list = make("li", {}, photograph(thumbnail, steps, isRight),
          make("b", {}, thumbnail.title));
        for (let step = 0; step < steps; step++) {
          list.append(make("span", { class: (isRight(step) ? "right" : "wrong") + (step === steps - 1 ? " leaves" : "") },
            `${step + 1} ${isRight(step) ? "✓" : "✗"} ${className(data, answer(step))} ` +
            `${(100 * data.confidences[step][i]).toFixed(0)} %`));
        }
        if (taken[1]) {
          const other = taken[1][i] - 1;
          list.append(make("span", { class: "beside" },
            `beside it: after ${other + 1}, ${isRight(other) ? "✓" : "✗"} ${className(data, answer(other))}`));
        }
        return list;
      };

      const update = () => {
        const rule = data.rules[state.first], chosen = [{ rule, place: state.place, color: colors[0] }];
        const point = rule.points[state.place], other = data.rules[state.second];
        if (other && other !== rule) {
          chosen.push({ rule: other, place: within(other, point.madds), color: colors[1] });
        }
        slider.max = rule.points.length - 1;
        slider.value = state.place;
        slider.disabled = !rule.moves;
        budget.textContent = `${cost(point.madds)} Multiply-Adds on average` + (rule.moves ? "" : " (this rule has one point)");
        slider.setAttribute("aria-valuetext", budget.textContent);
        table.replaceChildren(
          make("thead", {}, make("tr", {}, ...["rule", "top-1", "mean cost", ...data.madds.map((_, step) =>
            step === 0 ? "exits: glance" : String(step + 1))].map((text, k) =>
            make("th", k === 0 ? { scope: "col" } : { scope: "col", class: "number" }, text)))),
          make("tbody", {}, ...chosen.map(row)));
        plots.replaceChildren(curves(data, chosen), histogram(data, chosen));
        byDifference.hidden = chosen.length < 2;

        const taken = chosen.map(({ rule, place }) => exits(data, rule.points[place]));
        const isRight = (k, i) => data.predictions[taken[k][i] - 1][i] === data.labels[i];
        const passes = i => (state.label === "" || data.labels[i] === Number(state.label))
          && (state.step === "" || taken[0][i] === Number(state.step))
          && (state.answer === "" || isRight(0, i) === (state.answer === "right"))
          && (chosen.length < 2 || state.difference === ""
            || (state.difference === "step" ? taken[0][i] !== taken[1][i]
              : isRight(0, i) !== isRight(1, i) && isRight(0, i) === (state.difference === "first")));
        let passing = 0;
        for (let i = 0; i < count; i++) { if (passes(i)) { passing++; } }
        const seen = data.thumbnails.filter(thumbnail => passes(thumbnail.row));
        found.textContent = `${passing} of ${count} ${data.noun}` + (data.thumbnails.length === 0 ? ""
          : `; ${seen.length} of the ${data.thumbnails.length} that the page has pictures of`);
        thumbnails.replaceChildren(...seen.slice(0, state.shown).map(thumbnail => item(thumbnail, taken)));
        more.hidden = seen.length <= state.shown;
      };

      const play = make("div", { class: "play" },
        make("div", { class: "controls" }, first, ...(names.length > 1 ? [second] : []), told),
        make("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": "Results" }, table), plots,
        make("div", { class: "controls" }, byLabel, byStep, byAnswer, byDifference),
        found, thumbnails, more);
      figure.prepend(play);
      update();
      figure.querySelector(".still").hidden = true;
    };

    for (const figure of document.querySelectorAll("figure.explorer")) { explore(figure); }
    })();
    """#
}
