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
