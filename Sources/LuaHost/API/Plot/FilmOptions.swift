import Figures

/// A clip and the places that were looked at, as `gfnet.plot.filmstrip` and `gfnet.plot.animate` take them.
enum FilmOptions {
  static let clip = ArgumentKey<[Pixels]>(
    FunctionParameter(
      "clip", .either([.object("tensor"), .table]),
      "frames × channels × height × width with 1 or 3 channels, or a list of frames")
  ) { call, name in try ImageReader(call).images(name, asOneClip: true) }

  private static let places = ArgumentKey<[LuaValue]>(
    .optional(
      "places", .list(.any),
      "{row, column} of each step: the top-left pixel of its place, from 1; false: it sees whole frames; a list of {row, column}: one for each frame that it sees"
    ))
  private static let patch = ArgumentKey<Int?>(
    "patch", "side of the places, in pixels of a frame", in: 1...32768)
  private static let frames = ArgumentKey<[LuaValue]>(
    .optional(
      "frames", .list(.any), "for each step the numbers of the frames that it sees; left out: all of them"))
  private static let correct = ArgumentKey<[LuaValue]>(
    .optional("correct", .list(.boolean), "whether each step is right, which gives the colours"))
  private static let title = ArgumentKey<String?>("title", "above the frames")
  private static let colors = PlotArgument.named(
    "colors", "right, wrong and unknown steps", GlimpseOptions.Colors.self)
  private static let dim = ArgumentKey<Double>(
    "dim", default: 0, "darkens what the steps do not look at, 0 to 1", in: 0...1)
  private static let interpolation = PlotArgument.named(
    "interpolation", "how pixels are enlarged", ImageScaling.self)

  static let rows: [any ArgumentRow] = [
    places, patch, frames, correct, title, colors, dim, interpolation, ImageReader.range,
  ]

  /// The clip with its steps.
  /// - Parameter headings: what stands beside each step, or none.
  static func film(_ call: LuaCall, headings: [String] = []) throws -> Film {
    let pixels = try call[clip]
    let steps = try steps(call, frames: pixels.count, headings: headings)
    let title = try call[title] ?? ""
    return try call.checked(clip.parameter.name) { () throws(FigureError) in
      try Film(frames: pixels, title: title, steps: steps)
    }
  }

  /// How boxes look.
  static func look(_ call: LuaCall) throws -> GlimpseOptions {
    var options = GlimpseOptions()
    if let palette = try call[colors] { options.colors = palette }
    options.dim = try call[dim]
    if let scaling = try call[interpolation] { options.interpolation = scaling }
    return options
  }

  private static func steps(_ call: LuaCall, frames count: Int, headings: [String]) throws -> [Film.Step] {
    let places = try call[places]
    let seen = try call[frames]
    let judged = try call[correct]
    let lists = [("frames", seen.count), ("correct", judged.count), ("titles", headings.count)]
    for (name, found) in lists where found != 0 && found != places.count {
      throw LuaError(
        "\(call.place(name)) has \(found) elements, expected \(places.count), as many as there are places")
    }
    let side = try call[patch].map(Double.init)
    return try places.enumerated().map { index, place in
      var step = Film.Step(heading: headings.isEmpty ? "" : headings[index])
      if !seen.isEmpty {
        step.seen = try numbers(seen[index], count, "\(call.place("frames")): element \(index + 1)")
      }
      try look(&step, at: place, side, frames: count, "\(call.place("places")): place \(index + 1)")
      if !judged.isEmpty { step.isCorrect = judged[index].asBoolean }
      return step
    }
  }

  /// Reads where a step looked: at whole frames, at a place in all of them, or at one in each that it sees.
  static func look(
    _ step: inout Film.Step, at value: LuaValue, _ side: Double?, frames count: Int, _ place: String
  ) throws {
    guard let list = try value.asTable?.elements(), list.first?.asTable != nil else {
      step.patch = try patch(value, side, place)
      return
    }
    let seen = step.seen?.sorted() ?? Array(0..<count)
    guard list.count == seen.count else {
      throw LuaError(
        "\(place) has \(list.count) places, expected \(seen.count), one for each frame that the step sees")
    }
    for (position, frame) in seen.enumerated() {
      step.framePatches[frame] = try patch(list[position], side, "\(place), frame \(frame + 1)")
    }
  }

  private static func patch(_ value: LuaValue, _ side: Double?, _ place: String) throws -> Glimpse.Patch? {
    if value.asBoolean == false { return nil }
    let numbers = try value.asTable?.elements(ofListAt: place).map(\.asNumber) ?? []
    guard numbers.count == 2, let row = numbers[0], let column = numbers[1] else {
      throw LuaError("\(place) must be {row, column}, or false for whole frames, got \(value.described)")
    }
    guard let side else { throw LuaError("\(place) needs the option 'patch', the side of the places") }
    return .init(row: row - 1, column: column - 1, size: side)
  }

  static func numbers(_ value: LuaValue, _ count: Int, _ place: String) throws -> Set<Int> {
    guard let table = value.asTable else {
      throw LuaError("\(place) must be a list of numbers of frames, got \(value.described)")
    }
    return Set(
      try table.elements(ofListAt: place).map { number in
        guard let frame = number.asInteger, (1...max(count, 1)).contains(frame) else {
          throw LuaError("\(place) holds \(number.described), expected whole numbers from 1 to \(count)")
        }
        return frame - 1
      })
  }
}
