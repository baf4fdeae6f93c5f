import Checkpoints
import Foundation
import Support

/// Traces as safetensors files.
///
/// | tensor | type, shape | |
/// |---|---|---|
/// | `logits` | F32 T×N×C | |
/// | `madds` | F64 T | cumulative Multiply-Adds by step |
/// | `images` | I64 N | indices in the data set, from 0 |
/// | `labels` | I32 N | true classes, from 0; absent when not known |
/// | `actions` | F32 T−1×N×2, or T−1×N×f×2 | patch locations of steps 2…T, (row, column) in [0, 1] |
/// | `coordinates` | I32, as `actions` | their top-left pixels |
/// | `values` | F32 T×N | the critic's values, NaN where not computed; absent when there are none |
///
/// Where a step has a place for each of f frames, places are written so for all.
///
/// The metadata holds format, model, model_digest, dataset, dataset_digest, sampler, image_size, patch_size
/// and classes (a JSON list of names); of clips also clips, a JSON object with frames, glanceFrames and focusFrames;
/// where several items in a row are views of one video also views, their number, and over_views, `true` where rows are
/// the means over them.
extension Trace {
  private static let format = "gfnet-lab trace 1"

  /// True for what ``save(to:metadata:)`` wrote.
  public static func isTrace(_ file: Safetensors) -> Bool { file.metadata["format"] == format }

  /// Writes the trace, atomically.
  /// - Parameters:
  ///   - path: the file, which is replaced.
  ///   - metadata: further entries of the file's metadata.
  /// - Throws: `FileError`, `DamagedFile`.
  public func save(to path: FilePath, metadata: [String: String] = [:]) throws {
    let steps = record.steps
    let images = record.images
    let all = (1...steps).map { record[$0] }
    let patches = all.dropFirst()
    // Where one item has a place for each frame, all are written so.
    let frames = patches.map { $0.locations.frames }.max() ?? 1
    let placeShape = [steps - 1, images] + (frames == 1 ? [2] : [frames, 2])
    var tensors = [
      SafetensorsTensor("logits", shape: [steps, images, record.classes], pieces: all.map(\.logits)),
      SafetensorsTensor("madds", shape: [steps], record.madds),
      SafetensorsTensor("images", shape: [images], record.indices.map(Int64.init)),
      SafetensorsTensor(
        "actions", shape: placeShape,
        pieces: patches.map { step in
          step.locations.flatMap { $0.values(frames: frames).flatMap { [$0.row, $0.column] } }
        }),
      SafetensorsTensor(
        "coordinates", shape: placeShape,
        pieces: patches.map { step in
          step.positions.flatMap { $0.values(frames: frames).flatMap { [Int32($0.row), Int32($0.column)] } }
        }),
    ]
    if let labels = record.labels { tensors.append(SafetensorsTensor("labels", shape: [images], labels)) }
    // What follows from the logits is computed when the trace is read.
    for column in StepColumns.numbers {
      let values = all.map { $0[column] }
      guard let file = column.file, values.contains(where: { $0.contains { !$0.isNaN } }) else { continue }
      tensors.append(SafetensorsTensor(file, shape: [steps, images], pieces: values))
    }
    let names = try JSONSerialization.data(withJSONObject: classNames)
    var own = [
      "format": Self.format, "model": model.name, "model_digest": model.digest, "dataset": dataset.name,
      "dataset_digest": dataset.digest, "sampler": sampler, "image_size": String(record.imageSize),
      "patch_size": String(record.patchSize), "classes": String(decoding: names, as: UTF8.self),
    ]
    if let clips {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      own["clips"] = String(decoding: try encoder.encode(clips), as: UTF8.self)
    }
    if views > 1 { own["views"] = String(views) }
    if isOverViews { own["over_views"] = "true" }
    try Safetensors.write(tensors, metadata: own.merging(metadata) { own, _ in own }, to: path)
  }

  /// Reads a trace and computes its columns.
  /// - Throws: `FileError`, `DamagedFile` or ``EpisodeError``, one line that names the file.
  public init(contentsOf path: FilePath) throws {
    try self.init(Safetensors(contentsOf: path))
  }

  /// Reads a trace from an opened file.
  /// - Throws: as ``init(contentsOf:)``.
  public init(_ file: Safetensors) throws {
    do {
      let reader = TraceReader(file: file)
      guard file.metadata["format"] == Self.format else {
        throw EpisodeError("its metadata does not say '\(Self.format)'")
      }
      try self.init(
        record: reader.record(),
        model: Identity(name: reader.text("model"), digest: file.metadata["model_digest"] ?? ""),
        dataset: Identity(name: reader.text("dataset"), digest: file.metadata["dataset_digest"] ?? ""),
        sampler: reader.text("sampler"), classNames: reader.classNames(),
        views: reader.size("views", default: 1), isOverViews: file.metadata["over_views"] == "true")
    } catch let error as EpisodeError {
      throw EpisodeError("trace \(file.file): \(error.description)")
    }
  }
}

/// Reads the parts of a trace, checking each against the others.
private struct TraceReader {
  let file: Safetensors

  func record() throws -> EpisodeRecord {
    let shape = try file.entry("logits").shape
    guard shape.count == 3, shape.allSatisfy({ $0 > 0 }) else {
      throw EpisodeError("'logits' has the shape \(shape), expected steps × images × classes")
    }
    let (steps, images, classes) = (shape[0], shape[1], shape[2])
    try require("madds", [steps])
    try require("images", [images])
    let clips = try clips()
    let frames = try placeFrames(steps, images, clips)
    var labels: [Int32]?
    if file["labels"] != nil {
      try require("labels", [images])
      labels = try file.ints("labels").map {
        guard let label = Int32(exactly: $0) else { throw EpisodeError("a label is \($0)") }
        return label
      }
    }
    // The critic says one number, so this reads `value` alone: another column of the critic's also needs a parameter of
    // `EpisodeRecord.setStep`, which enters it.
    let values: String? = StepColumns.value.file.flatMap { file[$0] == nil ? nil : $0 }
    if let values { try require(values, [steps, images]) }
    let indices = try file.ints("images")
    if let bad = indices.first(where: { $0 < 0 || $0 == .max }) {
      throw EpisodeError("'images' holds \(bad), which is a negative index or too large for one")
    }
    var record = try EpisodeRecord(
      indices: indices, classes: classes, imageSize: try size("image_size"),
      patchSize: try size("patch_size"),
      madds: file.doubles("madds"), labels: labels, clips: clips)
    let rows = Array(0..<images)
    for step in 1...steps {
      try Cancellation.check()
      let index = step - 1
      try record.setStep(
        step, rows: rows,
        logits: file.floats("logits", range: index * images * classes..<step * images * classes),
        values: values.map { try file.floats($0, range: index * images..<step * images) },
        locations: step > 1 ? locations(index - 1, images, frames) : nil)
      if step > 1 { try checkPositions(of: record, step, index - 1, frames) }
    }
    return record
  }

  /// How many places of an item a step holds: one, or one for each frame that patches are cut from.
  private func placeFrames(_ steps: Int, _ images: Int, _ clips: ClipForm?) throws -> Int {
    let isFramed = try file.entry("actions").shape.count == 4
    let frames = isFramed ? clips?.focusFrames ?? 1 : 1
    for name in ["actions", "coordinates"] {
      try require(name, [steps - 1, images] + (isFramed ? [frames, 2] : [2]))
    }
    return frames
  }

  private func locations(_ index: Int, _ images: Int, _ frames: Int) throws -> [PatchPlaces] {
    let count = images * frames * 2
    return PatchPlaces.all(
      try file.floats("actions", range: index * count..<(index + 1) * count), frames: frames)
  }

  /// The stored pixels must be those of the locations: a figure drawn from either shows the same patch.
  private func checkPositions(of record: EpisodeRecord, _ step: Int, _ index: Int, _ frames: Int) throws {
    let count = record.images * frames * 2
    let stored = try file.ints("coordinates", range: index * count..<(index + 1) * count)
    let positions = record[step].positions.lazy.flatMap { $0.values(frames: frames) }
    for (i, position) in positions.enumerated() {
      guard stored[2 * i] == position.row, stored[2 * i + 1] == position.column else {
        throw EpisodeError(
          "image \(record.indices[i / frames] + 1) has the patch (\(stored[2 * i]), \(stored[2 * i + 1])) at step \(step),"
            + " but its action means (\(position.row), \(position.column))")
      }
    }
  }

  func text(_ key: String) throws -> String {
    guard let text = file.metadata[key] else { throw EpisodeError("its metadata lacks '\(key)'") }
    return text
  }

  func classNames() throws -> [String] {
    guard let text = file.metadata["classes"] else { return [] }
    guard let names = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String] else {
      throw EpisodeError("'classes' in its metadata is not a JSON list of names")
    }
    return names
  }

  func clips() throws -> ClipForm? {
    guard let text = file.metadata["clips"] else { return nil }
    guard let clips = try? JSONDecoder().decode(ClipForm.self, from: Data(text.utf8)),
      (try? clips.validate()) != nil
    else { throw EpisodeError("'clips' in its metadata does not say how a network sees clips") }
    return clips
  }

  func size(_ key: String, default value: Int) throws -> Int {
    file.metadata[key] == nil ? value : try size(key)
  }

  private func size(_ key: String) throws -> Int {
    guard let size = Int(try text(key)) else {
      throw EpisodeError("'\(key)' in its metadata is not a whole number")
    }
    return size
  }

  private func require(_ name: String, _ shape: [Int]) throws {
    let found = try file.entry(name).shape
    guard found == shape else {
      throw EpisodeError("'\(name)' has the shape \(found), expected \(shape)")
    }
  }
}
