import Tensor

/// Something that is the same in all frames of an item, or its own in each of those that patches are cut from.
///
/// Images have one frame, so for them it is always the same. Most samplers look at one place in all frames, which then takes
/// the room of one place.
public enum FrameWise<Value: Sendable & Hashable>: Sendable, Hashable {
  case same(Value)
  /// One for each frame that patches are cut from, in their order; at least one.
  case each([Value])

  /// One value for all frames, or one for each; nil for none.
  public init?(_ values: [Value]) {
    guard let first = values.first else { return nil }
    self = values.count == 1 ? .same(first) : .each(values)
  }

  /// How many frames have a value of their own; 1 where all have the same.
  public var count: Int {
    switch self {
    case .same: 1
    case .each(let values): values.count
    }
  }

  /// That of the first frame.
  public var first: Value {
    switch self {
    case .same(let value): value
    case .each(let values): values[0]
    }
  }

  /// That of the last frame.
  public var last: Value {
    switch self {
    case .same(let value): value
    case .each(let values): values[values.count - 1]
    }
  }

  /// The values there are: one, or one for each frame.
  public var values: [Value] {
    switch self {
    case .same(let value): [value]
    case .each(let values): values
    }
  }

  /// The value of every one of `frames` frames. A list of values must be as long.
  public func values(frames: Int) -> [Value] {
    switch self {
    case .same(let value): [Value](repeating: value, count: frames)
    case .each(let values): values
    }
  }

  public func map<Other>(_ body: (Value) throws -> Other) rethrows -> FrameWise<Other> {
    switch self {
    case .same(let value): .same(try body(value))
    case .each(let values): .each(try values.map(body))
    }
  }

  /// True when it holds for every value.
  public func allSatisfy(_ condition: (Value) -> Bool) -> Bool {
    switch self {
    case .same(let value): condition(value)
    case .each(let values): values.allSatisfy(condition)
    }
  }
}

/// Where a step looks at an item.
public typealias PatchPlaces = FrameWise<PatchLocation>

/// The same in pixels: the top-left ones of the patches.
public typealias PatchCorners = FrameWise<PatchPosition>

extension FrameWise where Value == PatchLocation {
  /// One place in all frames.
  public init(row: Float, column: Float) { self = .same(PatchLocation(row: row, column: column)) }

  /// True when all places are in [0, 1]².
  public var isValid: Bool { allSatisfy(\.isValid) }

  /// The first place that is not in [0, 1]²; nil where all are.
  var stray: PatchLocation? { isValid ? nil : values.first { !$0.isValid } }

  /// The patches' top-left pixels.
  ///
  /// The places must be valid.
  public func corners(imageSize: Int, patchSize: Int) -> PatchCorners {
    map { $0.position(imageSize: imageSize, patchSize: patchSize) }
  }

  /// The places of B items in numbers, (row, column) after (row, column).
  ///
  /// - Parameters:
  ///   - numbers: B·2 or B·`frames`·2 numbers.
  ///   - frames: how many places each item has.
  /// - Returns: B places, or for each item a place in each frame.
  public static func all(_ numbers: [Float], frames: Int = 1) -> [PatchPlaces] {
    func place(_ index: Int) -> PatchLocation {
      PatchLocation(row: numbers[2 * index], column: numbers[2 * index + 1])
    }
    let places = numbers.count / 2
    if frames <= 1 { return (0..<places).map { .same(place($0)) } }
    return (0..<places / frames).map { item in .each((0..<frames).map { place(item * frames + $0) }) }
  }

  /// Reads places in [0, 1] as (row, column): B×2, one for each item, or B×f×2, one for each of its frames.
  public static func all(in places: Tensor) throws -> [PatchPlaces] {
    all(try places.values(), frames: places.rank == 3 ? places.shape[1] : 1)
  }
}

extension Sequence {
  /// The value of every one of `frames` frames of each item, item after item.
  func spread<Value>(_ frames: Int) -> [Value] where Element == FrameWise<Value> {
    var values: [Value] = []
    values.reserveCapacity(underestimatedCount * frames)
    for item in self {
      switch item {
      case .same(let value): for _ in 0..<frames { values.append(value) }
      case .each(let each): values += each
      }
    }
    return values
  }
}

extension [PatchPlaces] {
  /// How many places each item has where they are written down for all alike: 1, or f where an item has one for each of f
  /// frames.
  public var frames: Int { reduce(1) { Swift.max($0, $1.count) } }

  /// B×2 numbers, (row, column), or B×f×2 where an item has a place for each frame.
  public func tensor() throws -> Tensor {
    let frames = frames
    let numbers = flatMap { $0.values(frames: frames).flatMap { [$0.row, $0.column] } }
    return try Tensor(frames == 1 ? [count, 2] : [count, frames, 2], numbers)
  }

  /// Throws ``EpisodeError`` for places of another number of frames than a record's items have, and for one that is not in
  /// [0, 1]².
  func check(_ record: EpisodeRecord) throws {
    for (index, places) in enumerated() {
      let name = count == 1 ? "the place" : "place \(index + 1)"
      guard places.count == 1 || places.count == record.focusFrames else {
        throw EpisodeError("\(name) has \(places.count) frames: \(record.expectedPlaces)")
      }
      if let stray = places.stray {
        throw EpisodeError("\(name) is (\(stray.row), \(stray.column)): row and column must lie in [0, 1]")
      }
    }
  }
}
