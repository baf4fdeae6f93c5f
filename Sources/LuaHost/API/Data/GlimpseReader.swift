import Figures

/// Reads the list that `gfnet.plot.glimpses` takes.
struct GlimpseReader {
  private let call: LuaCall
  private let images: ImageReader

  init(_ call: LuaCall) throws {
    self.call = call
    images = try ImageReader(call)
  }

  func groups(_ name: String) throws -> [GlimpseGrid.Group] {
    var groups: [GlimpseGrid.Group] = []
    for (index, element) in try call.elements(name).enumerated() {
      let fields = try NamedFields(
        element, ["image", "title", "group", "steps"], "\(call.place(name)): image \(index + 1)")
      let glimpse = Glimpse(
        pixels: try images.pixels(fields["image"], fields.place + ": image"),
        title: try fields.text("title") ?? "", steps: try steps(fields))
      let heading = try fields.text("group") ?? ""
      if let group = groups.firstIndex(where: { $0.heading == heading }) {
        groups[group].images.append(glimpse)
      } else {
        groups.append(.init(heading: heading, images: [glimpse]))
      }
    }
    guard !groups.isEmpty else { throw LuaError("\(call.place(name)): the list has no images") }
    return groups
  }

  private func steps(_ fields: NamedFields) throws -> [Glimpse.Step] {
    guard let list = fields["steps"].asTable else {
      throw LuaError("\(fields.place): steps must be a list of tables, got \(fields["steps"].described)")
    }
    return try list.elements().enumerated().map { index, element in
      let step = try NamedFields(
        element, ["confidence", "correct", "prediction", "row", "column", "size"],
        "\(fields.place): step \(index + 1)")
      var patch: Glimpse.Patch?
      if let size = try step.number("size") {
        guard let row = try step.number("row"), let column = try step.number("column") else {
          throw LuaError("\(step.place): a patch needs row, column and size")
        }
        patch = .init(row: row - 1, column: column - 1, size: size)
      }
      guard let confidence = try step.number("confidence") else {
        throw LuaError("\(step.place): confidence is missing; expected a number from 0 to 1")
      }
      return Glimpse.Step(
        patch: patch, confidence: confidence, isCorrect: step["correct"].asBoolean,
        prediction: try step.text("prediction") ?? "")
    }
  }
}
