import Figures
import GlanceFocus
import Reports
import Support
import Vision

/// Why an image left where it left, as scripts hold it.
final class ExplanationHandle {
  let explanation: Explanation
  let trace: TraceHandle
  /// The images of the trace; nil where they are not known here.
  let images: (any ImageDataset)?

  init(_ explanation: Explanation, of trace: TraceHandle, images: (any ImageDataset)?) {
    self.explanation = explanation
    self.trace = trace
    self.images = images
  }

  /// What the rule said at a step, in a word or two.
  func verdict(_ step: Explanation.Step) -> String {
    let exit = explanation.exitStep
    guard let leaves = step.leaves else {
      if step.step == trace.record.steps { return step.step == exit ? "leaves at the end" : "the end" }
      return "not asked"
    }
    if step.step <= exit { return leaves ? "leaves" : "stays" }
    return leaves ? "would leave" : "would stay"
  }

  /// The text above the figure and the table.
  var title: String {
    let name = explanation.label.map(trace.className) ?? "image \(explanation.image + 1)"
    return "\(name): leaves after step \(explanation.exitStep) of \(explanation.steps.count)"
  }

  /// The line that `tostring` gives.
  var description: String {
    let exit = explanation.steps[explanation.exitStep - 1]
    let reasons = exit.readings.map(\.sentence).joined(separator: ", ")
    return
      "image \(explanation.row + 1) leaves after step \(explanation.exitStep) of \(explanation.steps.count)"
      + " by \(explanation.rule)\(reasons.isEmpty ? "" : ": " + reasons)"
  }

  // MARK: Table

  /// A row for each step.
  var table: Notebook.Table {
    let names = readingNames
    var columns = ["step", "prediction", "confidence"]
    if explanation.label != nil { columns.append("right") }
    return Notebook.Table(
      name: "explain", caption: title + ", by the rule \(explanation.rule).",
      columns: columns + names + ["decision", "Multiply-Adds (M)"],
      rows: explanation.steps.map { row($0, names) })
  }

  /// What the rule read, by names, without those that the table has anyway and have no bound.
  private var readingNames: [String] {
    var names: [String] = []
    for reading in explanation.steps.flatMap(\.readings) where !names.contains(reading.name) {
      names.append(reading.name)
    }
    return names.filter { name in
      let readings = explanation.steps.flatMap(\.readings).filter { $0.name == name }
      return !["step", "prediction", "confidence"].contains(name) || readings.contains { $0.bound != nil }
    }
  }

  private func row(_ step: Explanation.Step, _ names: [String]) -> [Notebook.Table.Value] {
    var cells: [Notebook.Table.Value] = [
      .integer(step.step, digits: nil), .text(trace.className(step.prediction)),
      .number(Double(step.confidence), digits: 3),
    ]
    if explanation.label != nil { cells.append(.text(step.isCorrect == true ? "yes" : "no")) }
    for name in names {
      guard let reading = step.readings.first(where: { $0.name == name }) else {
        cells.append(.empty)
        continue
      }
      if let number = reading.number, reading.bound == nil {
        cells.append(.number(number, digits: number == number.rounded() ? 0 : 3))
      } else {
        cells.append(.text(reading.sentence.dropFirst(name.count + 1).description))
      }
    }
    return cells + [.text(verdict(step)), .number(step.madds / 1e6, digits: 2)]
  }

  // MARK: Figure

  /// The glance and the patches with what was read and decided; nil where the images are not known here.
  func picture() throws -> ScriptPicture? {
    guard let images else { return nil }
    guard images.frames == 1 else { return try filmstrip(images) }
    let size = images.imageSize
    let record = trace.record
    let pixels = try Pixels(
      width: size.width, height: size.height, channels: images.channels,
      bytes: images.item(at: explanation.image))
    let steps = try explanation.steps.map { step -> DecisionStrip.Step in
      let answer = "\(trace.className(step.prediction)) \(Int((100 * step.confidence).rounded())) %"
      return DecisionStrip.Step(
        pixels: try step.patch.map {
          try pixels.patch(row: $0.first.row, column: $0.first.column, side: record.patchSize)
        }
          ?? pixels.reduced(to: record.patchSize),
        patch: step.patch.map { .init($0.first, size: record.patchSize) }, heading: heading(step),
        lines: [answer] + reasons(step),
        isCorrect: step.isCorrect, isTaken: step.step <= explanation.exitStep)
    }
    return ScriptPicture(
      DecisionStrip(image: pixels, title: trace.title(explanation.row, images), steps: steps),
      caption: title + ".", words: "explain")
  }

  /// The frames of a clip, a row for each step.
  private func filmstrip(_ clips: any ImageDataset) throws -> ScriptPicture {
    let steps = explanation.steps.map { step in
      var shown = Film.Step(
        seen: trace.seenFrames(step.step), heading: heading(step),
        prediction: trace.className(step.prediction), confidence: Double(step.confidence),
        lines: reasons(step), isCorrect: step.isCorrect, isTaken: step.step <= explanation.exitStep)
      shown.look(at: step.patch, size: trace.record.patchSize, frames: trace.focusFrames)
      return shown
    }
    let film = try Film(
      clips, at: explanation.image, title: trace.title(explanation.row, clips), steps: steps)
    return ScriptPicture(
      Filmstrip(groups: [.init(items: [film])]), caption: title + ".", words: "explain")
  }

  private func heading(_ step: Explanation.Step) -> String {
    "\(step.step == 1 ? "glance" : "step \(step.step)"): \(verdict(step))"
  }

  /// What was read, and what it had cost by then.
  private func reasons(_ step: Explanation.Step) -> [String] {
    step.readings.map(\.sentence)
      + ["\(NumberSpelling.plain((step.madds / 1e4).rounded() / 100)) M Multiply-Adds"]
  }

  static let entry = LuaClass<ExplanationHandle>(
    "explanation", "Why an image left where it left; as a cell's value a figure and a table.",
    properties: [
      .init(
        "image", "integer", "the image's number in its data set", get: { it, _ in it.explanation.image + 1 }),
      .init("rule", "string", "the name of the rule", get: { it, _ in it.explanation.rule }),
      .init(
        "label", "integer", "the true class, from 1; nil where it is not known",
        get: { it, _ in it.explanation.label.map { $0 + 1 } }),
      .init(
        "exit", "integer", "the step after which the image leaves", get: { it, _ in it.explanation.exitStep }),
      .init(
        "steps", "list of tables",
        "{step=, prediction=, confidence=, correct=, row=, column=, places=, madds=, leaves=, decision=, reads = {name = value}, bounds = {name = {sign=, number=}}}",
        get: { it, _ in it.explanation.steps.map(it.fields) }),
      .init(
        "figure", "picture",
        "the glance and the patches, of clips all frames by steps; nil where the images are not known",
        get: { it, _ in try it.picture().map { Pushed($0) } }),
    ],
    describe: { $0.description },
    show: { it, state in
      let figure = try it.picture().map { [Notebook.Output.figure(try $0.picture(state.context))] } ?? []
      return figure + [.table(it.table)]
    }
  ).entry

  private func fields(of step: Explanation.Step) -> LuaFields {
    let reads = step.readings.map { reading -> (String, any LuaPushable) in
      (reading.name, reading.number.map { $0 as any LuaPushable } ?? reading.text)
    }
    let bounds = step.readings.compactMap { reading -> (String, any LuaPushable)? in
      reading.bound.map { (reading.name, LuaFields(["sign": $0.sign, "number": $0.value])) }
    }
    // Where each frame has a place of its own, there is no single row and column.
    let corner = step.patch.flatMap { $0.count == 1 ? $0.first : nil }
    return LuaFields([
      "step": step.step, "prediction": step.prediction + 1, "confidence": step.confidence,
      "correct": step.isCorrect, "row": corner.map { $0.row + 1 }, "column": corner.map { $0.column + 1 },
      "places": step.patch.flatMap { $0.count > 1 ? $0.pixels : nil },
      "madds": step.madds, "leaves": step.leaves, "decision": verdict(step),
      "reads": LuaFields(reads), "bounds": LuaFields(bounds),
    ])
  }
}
