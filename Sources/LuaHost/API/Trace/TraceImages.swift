import Support
import Vision

/// The images that a trace was made of, for those who show them.
enum TraceImages {
  /// The images of the trace: those given, those it was made of, or opened again by their name.
  /// - Parameters:
  ///   - given: the data set that a script passed; nil where it passed none.
  ///   - name: the function that asks, for errors.
  static func open(
    _ handle: TraceHandle, given: DatasetHandle?, _ call: LuaCall, name: String
  ) throws -> any ImageDataset {
    let digest = handle.trace.dataset.digest
    if let given = given?.images {
      // A trace of some images can be drawn from the whole set.
      guard let images = try given.limited(asIn: digest) else {
        throw LuaError(
          "\(name): the trace was made of other images (\(digest)) than the data set holds (\(given.identity))"
        )
      }
      return images
    }
    if let images = handle.images { return images }
    try call.claim(.readFiles)
    guard let images = try Datasets.open(identity: digest, name: handle.trace.dataset.name) else {
      throw LuaError("\(name): the images of the trace are not known here; give them as dataset = …")
    }
    return images
  }
}

extension TraceHandle {
  /// What a class is called.
  /// - Parameter label: from 0.
  func className(_ label: Int) -> String { trace.classNames.className(label) }
}

extension [String] {
  /// The name of a class among the names of all, or its number where it has none.
  /// - Parameter label: from 0.
  func className(_ label: Int) -> String { indices.contains(label) ? self[label] : "class \(label + 1)" }
}
