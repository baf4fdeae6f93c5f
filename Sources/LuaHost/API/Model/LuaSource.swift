import GlanceFocus
import Vision

/// Images that a Lua function returns one after the other.
final class LuaSource: ImageSource {
  /// The channels of all images: grey ones are repeated to as many.
  let channels = 3
  let knowsLabels: Bool
  let isPatient = false
  private let function: LuaFunction
  private let state: LuaState
  private let configuration: Configuration
  /// The images that the function has returned and that were not taken yet.
  private var pending: [SourceImage] = []
  private var count = 0
  private var hasEnded = false

  /// Calls `function` once, to see whether its images have labels.
  init(_ function: LuaFunction, for configuration: Configuration, in state: LuaState) throws {
    self.function = function
    self.state = state
    self.configuration = configuration
    var first = [SourceImage]()
    let images = try Self.read(function, 0, configuration, state)
    if let images { first = Self.entries(of: images, from: 0) }
    knowsLabels = images?.knowsLabels ?? false
    hasEnded = images == nil
    pending = first
    count = first.count
  }

  func next(_ most: Int) throws -> [SourceImage] {
    while pending.count < most, !hasEnded {
      guard let images = try Self.read(function, count, configuration, state) else {
        hasEnded = true
        break
      }
      guard images.knowsLabels == knowsLabels else {
        throw LuaError(
          "model:stream: image \(count + 1) has \(knowsLabels ? "no label" : "a label"), unlike those before")
      }
      pending += Self.entries(of: images, from: count)
      count += images.count
    }
    defer { pending.removeFirst(min(most, pending.count)) }
    return Array(pending.prefix(most))
  }

  private static func read(
    _ function: LuaFunction, _ count: Int, _ configuration: Configuration, _ state: LuaState
  ) throws -> (any ImageDataset)? {
    guard let value = try function.call().first, !value.isNil else { return nil }
    return try ModelImages(
      value, for: configuration, on: state.stack, "model:stream: image \(count + 1)"
    ).images
  }

  private static func entries(of images: any ImageDataset, from first: Int) -> [SourceImage] {
    (0..<images.count).map { SourceImage(dataset: images, index: $0, number: first + $0) }
  }
}
