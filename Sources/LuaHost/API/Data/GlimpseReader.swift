import Figures

/// Reads the list that `gfnet.plot.glimpses` takes: of images, or of clips.
struct GlimpseReader {
  private let call: LuaCall
  private let images: ImageReader

  init(_ call: LuaCall) throws {
    self.call = call
    images = try ImageReader(call)
  }

  /// What is drawn of the list.
  /// - Parameter options: how it looks.
  func drawing(_ name: String, _ options: GlimpseOptions) throws -> any Drawing {
    let place = call.place(name)
    let elements = try call.elements(name).enumerated().map { index, element in
      let noun = try element.asTable?.get("clip").isNil == false ? "clip" : "image"
      return try NamedFields(
        element, ["image", "clip", "title", "group", "steps"], "\(place): \(noun) \(index + 1)")
    }
    guard let first = elements.first else { throw LuaError("\(place): the list has no images") }
    let key = first.has("clip") ? "clip" : "image"
    for fields in elements where fields.has("clip") == fields.has("image") || !fields.has(key) {
      throw LuaError("\(fields.place) must have one of image and clip, the same as all others of the list")
    }
    return key == "clip"
      ? Filmstrip(groups: try groups(elements, film), options: options)
      : GlimpseGrid(groups: try groups(elements, glimpse), options: options)
  }

  /// The elements under their headings, in the order of the first of each.
  private func groups<Item>(
    _ elements: [NamedFields], _ read: (NamedFields) throws -> Item
  ) throws -> [PictureGroup<Item>] {
    var groups: [PictureGroup<Item>] = []
    for fields in elements {
      let item = try read(fields)
      let heading = try fields.text("group") ?? ""
      if let group = groups.firstIndex(where: { $0.heading == heading }) {
        groups[group].items.append(item)
      } else {
        groups.append(.init(heading: heading, items: [item]))
      }
    }
    return groups
  }

  // MARK: Images

  private func glimpse(_ fields: NamedFields) throws -> Glimpse {
    Glimpse(
      pixels: try images.pixels(fields["image"], fields.place + ": image"),
      title: try fields.text("title") ?? "",
      steps: try steps(fields, ["confidence", "correct", "prediction", "row", "column", "size"]) { step in
        Glimpse.Step(
          patch: try patch(step), confidence: try confidence(step), isCorrect: step["correct"].asBoolean,
          prediction: try step.text("prediction") ?? "")
      })
  }

  // MARK: Clips

  private func film(_ fields: NamedFields) throws -> Film {
    let frames = try images.frames(fields["clip"], fields.place + ": clip")
    let known = [
      "confidence", "correct", "prediction", "row", "column", "size", "frames", "places", "heading",
    ]
    var number = 0
    let steps = try steps(fields, known) { step in
      number += 1
      return try filmStep(step, number, frames: frames.count)
    }
    do {
      return try Film(frames: frames, title: fields.text("title") ?? "", steps: steps)
    } catch let error as FigureError {
      throw LuaError("\(fields.place): \(error)")
    }
  }

  private func filmStep(_ step: NamedFields, _ number: Int, frames: Int) throws -> Film.Step {
    var result = Film.Step(
      heading: try step.text("heading") ?? (number == 1 ? "glance" : "step \(number)"),
      prediction: try step.text("prediction") ?? "", confidence: try confidence(step),
      isCorrect: step["correct"].asBoolean)
    if step.has("frames") {
      result.seen = try FilmOptions.numbers(step["frames"], frames, "\(step.place): frames")
    }
    guard step.has("places") else {
      result.patch = try patch(step)
      return result
    }
    guard let size = try step.number("size"), !step.has("row"), !step.has("column") else {
      throw LuaError(
        "\(step.place): places, one for each frame, need size, and stand instead of row and column")
    }
    try FilmOptions.look(&result, at: step["places"], size, frames: frames, "\(step.place): places")
    return result
  }

  // MARK: Steps

  private func steps<Step>(
    _ fields: NamedFields, _ known: [String], _ read: (NamedFields) throws -> Step
  ) throws -> [Step] {
    guard let list = fields["steps"].asTable else {
      throw LuaError("\(fields.place): steps must be a list of tables, got \(fields["steps"].described)")
    }
    return try list.elements().enumerated().map { index, element in
      try read(NamedFields(element, known, "\(fields.place): step \(index + 1)"))
    }
  }

  private func confidence(_ step: NamedFields) throws -> Double {
    guard let confidence = try step.number("confidence") else {
      throw LuaError("\(step.place): confidence is missing; expected a number from 0 to 1")
    }
    return confidence
  }

  /// The place that a step looked at; nil for a glance.
  private func patch(_ step: NamedFields) throws -> Glimpse.Patch? {
    guard let size = try step.number("size") else { return nil }
    guard let row = try step.number("row"), let column = try step.number("column") else {
      throw LuaError("\(step.place): a patch needs row, column and size")
    }
    return .init(row: row - 1, column: column - 1, size: size)
  }
}
