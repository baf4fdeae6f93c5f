import Checkpoints
import Foundation
import GlanceFocus
import Support
import Video
import Vision

/// Reads the files of the cases, one after the other, and says what became of each on standard output.
struct Trials {
  private let folder: String
  private let seed: UInt64
  private let checksMemory: Bool
  private let specimens: Specimens

  /// - Parameter folder: for the files.
  init(folder: String, seed: UInt64, only: Specimens.Kind?, checksMemory: Bool) throws {
    self.folder = folder
    self.seed = seed
    self.checksMemory = checksMemory
    specimens = try Specimens(only: only)
  }

  func run(_ cases: Range<Int>) throws {
    for number in cases {
      let file = try specimens.file(number, seed: seed)
      let path = "\(folder)/case.\(file.kind.ending)"
      try file.data.write(to: URL(fileURLWithPath: path))
      try Data("\(number) (\(file.kind), \(file.origin))".utf8)
        .write(to: URL(fileURLWithPath: folder + "/case.txt"))
      run(number, file, path)
    }
  }

  private func run(_ number: Int, _ file: Specimens.Case, _ path: String) {
    // A case that hangs ends the process, and is named.
    alarm(60)
    defer { alarm(0) }
    let before = checksMemory ? Memory.reset() : 0
    let start = DispatchTime.now().uptimeNanoseconds
    var outcome = "refused"
    var pixels = 0
    do {
      if file.kind.isPicture {
        let image = try ImageDecoder.decode(contentsOf: FilePath(path))
        pixels = image.width * image.height
        if image.pixels.count != 3 * pixels { complain(number, file, "pixels are missing") }
      } else if file.kind == .video {
        pixels = try watch(FilePath(path), number, file)
      } else {
        try read(FilePath(path), named: number % 64 == 1)
      }
      outcome = "accepted"
    } catch let error as any LineError {
      let text = error.description
      if text.isEmpty || text.contains("\n") || text.utf8.count > 2_000 {
        complain(
          number, file, "not one clear line: \(text.utf8.count) bytes, \(text.prefix(200).debugDescription)")
      }
    } catch {
      complain(number, file, "an error without a line of its own: \("\(error)".prefix(200).debugDescription)")
    }
    let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
    let memory = checksMemory ? max(Memory.peak() - before, 0) : 0
    // A picture's own pixels are 3 bytes, 4 in a library's buffer; the rest is for the program itself and for what
    // compression by 1000 can hide. A decoder of videos has a few pictures, which may
    // become as large as eight million pixels on the way.
    let allowed =
      switch file.kind {
      case .picture: (32 << 20) + 1_100 * file.data.count + 12 * pixels
      case .video: (160 << 20) + 16 * file.data.count + 100 * pixels
      default: (32 << 20) + 16 * file.data.count
      }
    if memory > allowed {
      complain(number, file, "took \(memory >> 20) MB of memory for a file of \(file.data.count) bytes")
    }
    say("\(number) \(file.kind) \(outcome) \(memory) \(seconds)")
  }

  /// A line, at once: what a process had printed before it died must not be lost.
  private func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

  private func complain(_ number: Int, _ file: Specimens.Case, _ what: String) {
    say("problem \(number) (\(file.kind), \(file.origin)): \(what)")
  }

  /// What `gfnet-lab models import` and `gfnet.load` do.
  ///
  /// - Parameter named: try all encoders where the file names none, which takes long.
  private func read(_ path: FilePath, named: Bool) throws {
    let file = try CheckpointFile(path)
    switch file.content {
    case .model: _ = try GFNet.load(path)
    case .encoder(let encoder): _ = try encoder.encoder()
    case .network, .state:
      let imported = try CheckpointImport(file, choices: .init(backbone: named ? nil : "resnet_tiny_16"))
      try imported.write(to: FilePath(folder) / "out.safetensors")
    }
    if case .tree(let value) = try CheckpointFormats.open(path).content { exhaust(value) }
  }

  /// What a data set and a live loop do with a video; the pixels of its largest picture.
  private func watch(_ path: FilePath, _ number: Int, _ file: Specimens.Case) throws -> Int {
    func careful(_ body: () throws -> Void) throws {
      do { try body() } catch let error as any LineError {
        let text = error.description
        if text.isEmpty || text.contains("\n") || text.utf8.count > 2_000 {
          complain(number, file, "not one clear line: \(text.prefix(200).debugDescription)")
        }
      }
    }
    let reader = try VideoReader(path, threads: number % 3 + 1)
    var pixels = reader.width * reader.height
    var hasEnded = false
    for _ in 0..<200 where !hasEnded {
      try careful {
        guard let frame = try reader.next() else { return hasEnded = true }
        pixels = max(pixels, frame.image.width * frame.image.height)
      }
    }
    let video = try VideoFile(path)
    let indices = [video.count - 1, 0, video.count / 2]
    try careful { _ = try video.frames(at: indices) }
    video.close()
    try careful { _ = try video.frames(at: [video.duration / 2]) }
    return pixels
  }

  /// Reads every number of a value.
  private func exhaust(_ value: PyTorchValue) {
    switch value {
    case .list(let values): values.forEach { exhaust($0) }
    case .dictionary(let dictionary): dictionary.entries.forEach { exhaust($0.value) }
    case .object(let object):
      object.fields.entries.forEach { exhaust($0.value) }
      object.arguments.forEach { exhaust($0) }
    case .tensor(let tensor):
      _ = tensor.floats()
      _ = tensor.doubles()
      _ = try? tensor.ints(file: "case")
    default: break
    }
  }
}

/// Resident memory of this process, in bytes, from the kernel.
enum Memory {
  /// Forgets the peak; returns what is resident now.
  static func reset() -> Int {
    if let file = fopen("/proc/self/clear_refs", "w") {
      fputs("5", file)
      fclose(file)
    }
    return field("VmRSS:")
  }

  static func peak() -> Int { field("VmHWM:") }

  private static func field(_ name: String) -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
    return
      (line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) } ?? 0)
      * 1024
  }
}
