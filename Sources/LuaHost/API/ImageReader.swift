import CLuaBridge
import Figures
import Support
import Tensor

/// Reads images that a script passed to a plot.
struct ImageReader {
  private let call: LuaCall
  /// The numbers shown black and white; nil: from each image.
  private let range: (low: Double, high: Double)?

  /// Reads the option `range` of the call.
  init(_ call: LuaCall) throws {
    self.call = call
    guard try call.has("range") else {
      range = nil
      return
    }
    let ends = try call.numbers("range")
    guard ends.count == 2, ends[0] < ends[1] else {
      throw LuaError("\(call.place("range")) must be {low, high} with low below high")
    }
    range = (ends[0], ends[1])
  }

  /// The images of a list, or of a tensor N×C×H×W.
  func images(_ name: String) throws -> [Pixels] {
    let place = call.place(name)
    let value = try call.value(name)
    if case .object = value {
      let array = try call.numberArray(name)
      guard array.sizes.count == 4 else { return [try pixels(array, place)] }
      guard !array.values.isEmpty else {
        throw LuaError("\(place) has no pixels: its shape is \(Shape(array.sizes))")
      }
      let length = array.sizes.dropFirst().reduce(1, *)
      return try (0..<array.sizes[0]).map { index in
        try pixels(
          sizes: Array(array.sizes.dropFirst()), values: array.values[index * length..<(index + 1) * length],
          "\(place): image \(index + 1)")
      }
    }
    let images = try value.asTable?.elements(ofListAt: place) ?? []
    guard !images.isEmpty else { throw LuaError("\(place): the list has no images") }
    return try images.enumerated().map { try pixels($1, "\(place): image \($0 + 1)") }
  }

  /// One image: H×W, or C×H×W.
  func pixels(_ value: LuaValue, _ place: String) throws -> Pixels {
    let stack = call.stack
    try value.push(onto: stack)
    defer { stack.pop() }
    return try pixels(NumberArray(at: -1, on: stack, place), place)
  }

  private func pixels(_ array: NumberArray, _ place: String) throws -> Pixels {
    try pixels(sizes: array.sizes, values: array.values[...], place)
  }

  private func pixels(sizes: [Int], values: ArraySlice<Double>, _ place: String) throws -> Pixels {
    let channels = sizes.count == 3 ? sizes[0] : 1
    guard sizes.count == 2 || sizes.count == 3, channels == 1 || channels == 3, !values.isEmpty else {
      throw LuaError(
        "\(place) must be H×W, 1×H×W or 3×H×W numbers, got shape \(Shape(sizes))")
    }
    let (height, width) = (sizes[sizes.count - 2], sizes[sizes.count - 1])
    let (low, high) = range ?? Self.range(of: values)
    let scale = 255 / (high - low)
    var bytes = [UInt8](repeating: 0, count: values.count)
    let (area, first) = (height * width, values.startIndex)
    for channel in 0..<channels {
      for i in 0..<area {
        let level = ((values[first + channel * area + i] - low) * scale).rounded()
        bytes[i * channels + channel] = level.isNaN ? 0 : UInt8(min(max(level, 0), 255))
      }
    }
    do {
      return try Pixels(width: width, height: height, channels: channels, bytes: bytes)
    } catch {
      throw LuaError("\(place): \(error)")
    }
  }

  /// 0 and 1 where they hold all numbers, otherwise the extremes.
  private static func range(of values: ArraySlice<Double>) -> (low: Double, high: Double) {
    let finite = values.lazy.filter(\.isFinite)
    let (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
    if low >= 0, high <= 1 { return (0, 1) }
    return low < high ? (low, high) : (low - 1, high + 1)
  }
}

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

/// The named fields of a table inside an argument; an unknown name is an error.
struct NamedFields {
  let place: String
  private let values: [String: LuaValue]

  init(_ value: LuaValue, _ known: [String], _ place: String) throws {
    self.place = place
    guard let table = value.asTable else {
      throw LuaError("\(place) must be a table, got \(value.described)")
    }
    var values: [String: LuaValue] = [:]
    for (key, value) in try table.pairs() {
      guard let name = key.asString, known.contains(name) else {
        let name = key.asString ?? key.described
        throw LuaError("\(place): unknown field '\(name)'" + NearestName.hint(name, in: known))
      }
      values[name] = value
    }
    self.values = values
  }

  subscript(_ name: String) -> LuaValue { values[name] ?? .nil }

  func has(_ name: String) -> Bool { values[name] != nil }

  func number(_ name: String) throws -> Double? {
    guard let value = values[name] else { return nil }
    guard let number = value.asNumber else {
      throw LuaError("\(place): \(name) must be a number, got \(value.described)")
    }
    return number
  }

  /// Text; numbers are written out.
  func text(_ name: String) throws -> String? {
    guard let value = values[name] else { return nil }
    if let text = value.asString { return text }
    guard let number = value.asNumber else {
      throw LuaError("\(place): \(name) must be a string, got \(value.described)")
    }
    return LuaNumberText.plain(number)
  }
}

extension LuaNumberText {
  /// Whole numbers without a point, as in labels.
  static func plain(_ value: Double) -> String {
    if let whole = Int(exactly: value), whole.magnitude < 1 << 53 { return "\(whole)" }
    return shortest(value)
  }
}
