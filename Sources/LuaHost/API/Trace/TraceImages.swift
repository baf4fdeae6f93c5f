import Figures
import GlanceFocus
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

extension TraceImages {
  /// The images for something that is there without them, too: nil where none were given and those of the trace are not known.
  /// - Throws: where a data set was given that is not that of the trace.
  static func openIfKnown(
    _ handle: TraceHandle, given: DatasetHandle?, _ call: LuaCall, name: String
  ) throws -> (any ImageDataset)? {
    let opened = Result { try open(handle, given: given, call, name: name) }
    return given == nil ? try? opened.get() : try opened.get()
  }
}

extension TraceHandle {
  /// The frames of a clip that a step sees, from 0; nil: all.
  func seenFrames(_ step: Int) -> Set<Int>? {
    trace.clips.map { Set($0.places(step == 1 ? .glance : .patch)) }
  }

  /// The frames of a clip that patches are cut from, from 0; none where the trace does not say.
  var focusFrames: [Int] { trace.clips?.places(.patch) ?? [] }

  /// Where an image or clip was looked at, the top-left pixels; nil for the glance.
  /// - Parameters:
  ///   - row: of the trace, from 0.
  ///   - step: from 1.
  func corners(_ row: Int, _ step: Int) -> PatchCorners? { step > 1 ? record[step].positions[row] : nil }

  /// What an image or clip is called in pictures: its class, or its name where that is not known.
  /// - Parameter row: of the trace, from 0.
  func title(_ row: Int, _ images: any ImageDataset) -> String {
    record.labels.map { className(Int($0[row])) }
      ?? FilePath(images.itemName(at: record.indices[row])).shownName
  }

  /// What a class is called.
  /// - Parameter label: from 0.
  func className(_ label: Int) -> String { trace.classNames.className(label) }
}

extension [String] {
  /// The name of a class among the names of all, or its number where it has none.
  /// - Parameter label: from 0.
  func className(_ label: Int) -> String { indices.contains(label) ? self[label] : "class \(label + 1)" }
}
