import Reports
import Support

/// `gfnet.report`: text, tables and values that go to the terminal and the report.
enum ReportModule {
  static let module = LuaModule(
    "gfnet.report", "Writes text, tables and values into the run's report.",
    functions: [
      writeText, writeMarkdown, showValue, TableFunction.entry, showFigure, ExplorerFunction.entry, clear,
      recordResults,
    ])

  private static let text = ArgumentKey<String>("text", "the text")

  private static let writeText = FunctionEntry(
    "text", "Writes plain text, followed by a line end.", [text],
    example: "gfnet.report.text(\"three images failed\")", touches: [.report]
  ) { call in try call.context.emit(.text(try call[text] + "\n")) }

  private static let markdown = ArgumentKey<String>("markdown", "Markdown source")

  private static let writeMarkdown = FunctionEntry(
    "markdown", "Writes Markdown, which the report formats.", [markdown],
    example: "gfnet.report.markdown(\"**Accuracy** rises with every step.\")", touches: [.report]
  ) { call in
    let text = try call[markdown]
    guard text.utf8.count <= KeptOutputs.markdownOfPiece else {
      throw LuaError(
        "gfnet.report.markdown: got \(MemoryText.size(text.utf8.count)) of Markdown, and reports format up to \(MemoryText.size(KeptOutputs.markdownOfPiece)) at a time (gfnet.report.text takes plain text)"
      )
    }
    try call.context.emit(.markdown(text))
  }

  private static let value = ArgumentKey<LuaValue>("value", "anything: a table, a figure, a number")

  private static let showValue = FunctionEntry(
    "value", "Shows a value as the last expression of a cell would be shown.", [value],
    example: "gfnet.report.value({accuracy = 0.91})", touches: [.report]
  ) { call in
    let outputs = try ValueDisplay(state: call.state).outputs(of: [try call[value]])
    try outputs.forEach(call.context.emit)
  }

  private static let waits = ArgumentKey<Bool>(
    "wait", default: false, "what is there stays until something else is shown, so that nothing flickers")

  private static let clear = FunctionEntry(
    "clear", "Takes back what the cell has shown so far, as for a figure that a loop draws anew.",
    [.options([waits])],
    example: """
      local epochs, losses = {}, {}
      for epoch = 1, 3 do
        epochs[epoch], losses[epoch] = epoch, 1 / epoch
        gfnet.report.clear{wait = true}
        gfnet.report.figure(gfnet.plot.figure{}:line(epochs, losses), {name = "losses"})
      end
      """, discussion: "A terminal keeps what it has printed; remarks stay.", touches: [.report]
  ) { call in call.context.outputs.clear(try call[waits]) }

  private static let results = ArgumentKey<LuaTable>(
    "results", "numbers, estimates, strings and booleans by name")

  private static let recordResults = FunctionEntry(
    "results", "Records named results of the run, for summary.json.", [results],
    example: "gfnet.report.results{accuracy = 0.91, madds = 3.2e6}", touches: [.report]
  ) { call in
    for (key, value) in try call[results].pairs() {
      guard let name = key.asString else {
        throw LuaError(
          "gfnet.report.results: results are named, as in {accuracy = 0.9}; got the key \(key.described)")
      }
      switch value {
      case .number(let value): try call.context.record(result: name, .number(value))
      case .integer(let value): try call.context.record(result: name, .integer(value))
      case .string(let value): try call.context.record(result: name, .string(value))
      case .boolean(let value): try call.context.record(result: name, .bool(value))
      case .object(let object):
        guard let estimate = object.value(as: EstimateHandle.self)?.estimate else { fallthrough }
        try call.context.record(result: name, .number(estimate.value))
        try call.context.record(result: name + "_uncertainty", .number(estimate.uncertainty))
      default:
        throw LuaError(
          "gfnet.report.results: '\(name)' must be a number, an estimate, a string or a boolean, got \(value.described)"
        )
      }
    }
  }

  private static let figure = ArgumentKey<any ScriptDrawing>(
    FunctionParameter(
      "figure", .either([.object("figure"), .object("picture"), .object("animation")]), "what gfnet.plot made"
    )
  ) { call, name in
    try call.read(
      name,
      { slot -> (any ScriptDrawing)? in
        if let figure = call.stack.object(at: slot, as: ScriptFigure.self) { return figure }
        if let animation = call.stack.object(at: slot, as: ScriptAnimation.self) { return animation }
        return try call.stack.requireObject(at: slot, as: ScriptPicture.self, in: "gfnet.report.figure")
      }, fallback: { _ in nil })
  }

  private static let showFigure = FunctionEntry(
    "figure", "Shows a figure under a name and a caption.", [figure, .options(FigureNameOptions.rows)],
    example: """
      gfnet.report.figure(gfnet.plot.figure{}:line({1, 2}, {3, 4}), {name = "accuracy", caption = "Two steps."})
      """, touches: [.report]
  ) { call in
    let drawing = try call[figure]
    let caption = try call[FigureNameOptions.caption]
    try call.context.emit(
      .figure(
        try drawing.picture(
          call.context, name: call[FigureNameOptions.name], caption: caption.isEmpty ? nil : caption)))
  }
}
