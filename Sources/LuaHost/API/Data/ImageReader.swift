import Figures
import Tensor

/// Reads images that a script passed to a plot.
struct ImageReader {
  private let call: LuaCall
  /// The numbers shown black and white; nil: from each image.
  private let range: (low: Double, high: Double)?

  /// The option of functions that show images, read as the numbers shown black and white.
  static let range = ArgumentKey<(low: Double, high: Double)?>(
    .optional("range", .list(.number), "{low, high}: the numbers that are black and white")
  ) { call, name in
    guard try call.has(name) else { return nil }
    let ends = try call.numbers(name)
    guard ends.count == 2, ends[0] < ends[1] else {
      throw LuaError("\(call.place(name)) must be {low, high} with low below high")
    }
    return (ends[0], ends[1])
  }

  /// Reads the option ``range`` of the call.
  init(_ call: LuaCall) throws {
    self.call = call
    range = try call[Self.range]
  }

  /// The numbers of one image, and what errors call it.
  private struct Numbers {
    var sizes: [Int]
    var values: ArraySlice<Double>
    var place: String
  }

  /// The images of a list, or of a tensor N×C×H×W.
  /// - Parameter asOneClip: whether black and white are the same numbers in all of them.
  func images(_ name: String, asOneClip: Bool = false) throws -> [Pixels] {
    let images = try numbers(name, noun: asOneClip ? "frame" : "image")
    var common = range
    if asOneClip, common == nil {
      let ends = images.map { Self.extremes(of: $0.values) }
      common = (ends.map(\.low).min() ?? 0, ends.map(\.high).max() ?? 1)
    }
    return try images.map { try pixels(sizes: $0.sizes, values: $0.values, $0.place, range: common) }
  }

  private func numbers(_ name: String, noun: String) throws -> [Numbers] {
    let place = call.place(name)
    let value = try call.value(name)
    if case .object = value {
      let array = try call.numberArray(name)
      guard array.sizes.count == 4 else {
        return [Numbers(sizes: array.sizes, values: array.values[...], place: place)]
      }
      guard !array.values.isEmpty else {
        throw LuaError("\(place) has no pixels: its shape is \(Shape(array.sizes))")
      }
      let length = array.sizes.dropFirst().reduce(1, *)
      return (0..<array.sizes[0]).map { index in
        Numbers(
          sizes: Array(array.sizes.dropFirst()), values: array.values[index * length..<(index + 1) * length],
          place: "\(place): \(noun) \(index + 1)")
      }
    }
    let images = try value.asTable?.elements(ofListAt: place) ?? []
    guard !images.isEmpty else { throw LuaError("\(place): the list has no \(noun)s") }
    return try images.enumerated().map { index, image in
      let place = "\(place): \(noun) \(index + 1)"
      let array = try numbers(image, place)
      return Numbers(sizes: array.sizes, values: array.values[...], place: place)
    }
  }

  private func numbers(_ value: LuaValue, _ place: String) throws -> NumberArray {
    let stack = call.stack
    try value.push(onto: stack)
    defer { stack.pop() }
    return try NumberArray(at: -1, on: stack, place)
  }

  /// One image: H×W, or C×H×W.
  func pixels(_ value: LuaValue, _ place: String) throws -> Pixels {
    let array = try numbers(value, place)
    return try pixels(sizes: array.sizes, values: array.values[...], place, range: range)
  }

  /// The frames of one clip, F×C×H×W, with the same black and white.
  func frames(_ value: LuaValue, _ place: String) throws -> [Pixels] {
    let array = try numbers(value, place)
    guard array.sizes.count == 4, !array.values.isEmpty else {
      throw LuaError(
        "\(place) must be frames × channels × height × width numbers, got shape \(Shape(array.sizes))")
    }
    let length = array.sizes.dropFirst().reduce(1, *)
    let common = range ?? Self.extremes(of: array.values[...])
    return try (0..<array.sizes[0]).map { index in
      try pixels(
        sizes: Array(array.sizes.dropFirst()), values: array.values[index * length..<(index + 1) * length],
        "\(place): frame \(index + 1)", range: common)
    }
  }

  private func pixels(
    sizes: [Int], values: ArraySlice<Double>, _ place: String, range: (low: Double, high: Double)?
  ) throws -> Pixels {
    let channels = sizes.count == 3 ? sizes[0] : 1
    guard sizes.count == 2 || sizes.count == 3, channels == 1 || channels == 3, !values.isEmpty else {
      throw LuaError(
        "\(place) must be H×W, 1×H×W or 3×H×W numbers, got shape \(Shape(sizes))")
    }
    do {
      return try Self.pixels(sizes: sizes, values: values, range: range ?? Self.extremes(of: values))
    } catch {
      throw LuaError("\(place): \(error)")
    }
  }

  /// The numbers of one image as bytes; what is not a number is black.
  ///
  /// - Parameters:
  ///   - sizes: H×W, or C×H×W.
  ///   - values: as many numbers, row by row, one channel after the other.
  ///   - range: the numbers that are black and white.
  /// - Throws: `FigureError` for sizes that no picture has.
  static func pixels(
    sizes: [Int], values: ArraySlice<Double>, range: (low: Double, high: Double)
  ) throws(FigureError) -> Pixels {
    let channels = sizes.count == 3 ? sizes[0] : 1
    let (height, width) = (sizes[sizes.count - 2], sizes[sizes.count - 1])
    let scale = 255 / (range.high - range.low)
    var bytes = [UInt8](repeating: 0, count: values.count)
    let (area, first) = (height * width, values.startIndex)
    for channel in 0..<channels {
      for i in 0..<area {
        let level = ((values[first + channel * area + i] - range.low) * scale).rounded()
        bytes[i * channels + channel] = level.isNaN ? 0 : UInt8(min(max(level, 0), 255))
      }
    }
    return try Pixels(width: width, height: height, channels: channels, bytes: bytes)
  }

  /// The range that is shown: 0 and 1 where they hold all numbers, otherwise the extremes.
  private static func extremes(of values: ArraySlice<Double>) -> (low: Double, high: Double) {
    let finite = values.lazy.filter(\.isFinite)
    let (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
    if low >= 0, high <= 1 { return (0, 1) }
    return low < high ? (low, high) : (low - 1, high + 1)
  }
}
