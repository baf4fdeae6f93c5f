import Checkpoints
import Foundation
import Support

/// Where a training found its state, and what stood in its place.
public struct Resumption: Sendable, Equatable {
  /// The file that it goes on from; nil: it starts anew.
  public internal(set) var source: FilePath?
  /// The state of another training under the checkpoint's name, and what is another there. It is renamed to
  /// ``keptAs`` when this training has a state of its own to keep.
  public internal(set) var obstacles: [String] = []
  /// The name that the other training's state gets; nil where there is none.
  public internal(set) var keptAs: FilePath?

  public init(source: FilePath? = nil) { self.source = source }
}

extension Trainer {
  struct Progress: Codable {
    let fingerprint: String
    let history: [EpochMetrics]
  }

  /// Keeps everything needed to go on, atomically. What another training has kept under that name is renamed, never
  /// replaced.
  func save(to path: FilePath) throws {
    let json = try JSONEncoder.sorted.encode(Progress(fingerprint: fingerprint.text(), history: history))
    let state = try optimizer.state().map { (name: "optimizer." + $0.name, value: $0.value) }
    let metadata = ["training": String(decoding: json, as: UTF8.self)]
    guard let kept = resumption.keptAs else {
      return try model.save(to: path, extra: state, metadata: metadata)
    }
    // Each of the two states is in some file at every moment, also where they change places.
    let aside = kept == resumption.source ? Self.asideName(path, Self.setAside(path).count + 1) : kept
    try Self.move(path, to: aside)
    do {
      try model.save(to: path, extra: state, metadata: metadata)
    } catch {
      // What stood there goes back: a full disk is no reason to find it elsewhere.
      try? Self.move(aside, to: path)
      throw error
    }
    if aside != kept { try Self.move(aside, to: kept) }
    resumption.keptAs = nil
  }

  private static func move(_ path: FilePath, to other: FilePath) throws {
    guard
      path.withPlatformString({ old in other.withPlatformString { rename(old, $0) } }) == 0 || errno == ENOENT
    else {
      throw FileError(action: "rename", path: path, errno: errno)
    }
  }

  /// Takes up the state that this training has kept at `path`, or beside it when another training came between.
  func resume(from path: FilePath) throws {
    let old = Self.setAside(path)
    if path.exists {
      let file = try ModelFile(path)
      let obstacles = try obstacles(in: file)
      guard !obstacles.isEmpty else { return try take(file, path) }
      resumption.obstacles = obstacles
      resumption.keptAs = Self.asideName(path, old.count + 1)
    }
    for candidate in old {
      guard let file = try? ModelFile(candidate), try obstacles(in: file).isEmpty else { continue }
      if resumption.keptAs != nil { resumption.keptAs = candidate }
      return try take(file, candidate)
    }
  }

  private func take(_ file: ModelFile, _ path: FilePath) throws {
    guard let progress = Self.progress(of: file) else { return }
    try model.load(file)
    try optimizer.restore { try file.tensorIfPresent("optimizer." + $0) }
    history = progress.history
    resumption.source = path
  }

  private func obstacles(in file: ModelFile) throws -> [String] {
    guard let progress = Self.progress(of: file) else { return ["it is no checkpoint of a training"] }
    guard let other = TrainingFingerprint(text: progress.fingerprint) else {
      return ["it was kept by another version"]
    }
    return fingerprint.obstacles(
      toGoingOnFrom: other, done: progress.history.count, batches: loader.batchesPerEpoch)
  }

  private static func progress(of file: ModelFile) -> Progress? {
    file.metadata["training"].flatMap { try? JSONDecoder().decode(Progress.self, from: Data($0.utf8)) }
  }

  /// The states of other trainings that were kept beside `path`.
  private static func setAside(_ path: FilePath) -> [FilePath] {
    var found: [FilePath] = []
    while asideName(path, found.count + 1).exists {
      found.append(asideName(path, found.count + 1))
    }
    return found
  }

  /// `run-old.safetensors`, `run-old-2.safetensors`, … for `run.safetensors`.
  static func asideName(_ path: FilePath, _ number: Int) -> FilePath {
    path.addingToStem("-old" + (number > 1 ? "-\(number)" : ""))
  }
}
