import Foundation
import Support
import Testing
import TestSupport
import Video
import Vision

/// Small clips of every kind, and what the ffmpeg command says of their pictures (`Tests/Fixtures/videos/make.sh` wrote
/// both).
enum VideoClips {
  /// Why tests of pictures are left out, where they are.
  static let absence: Comment =
    "there are no libraries of FFmpeg here: videos are not tested (Debian: libavformat59 libswscale6)"

  static let areReadable = VideoLibrary.isAvailable

  static func path(_ name: String) -> FilePath { Fixtures.path("videos") / name }

  /// Clips of which ffmpeg makes pictures; empty when the folder cannot be read, which a test then tells.
  static let names: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: Fixtures.path("videos").string)) ?? []
    return files.filter { $0.hasSuffix(".frames") }.map { String($0.dropLast(7)) }.sorted()
  }()

  static func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: path(name).url)) }

  /// The SHA-256 of each picture, as ffmpeg says it: the last of the columns with commas between.
  static func expected(_ name: String) throws -> [String] {
    try hashes(String(contentsOf: path(name + ".frames").url, encoding: .utf8))
  }

  static func hashes(_ text: String) -> [String] {
    text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map {
      String($0.split(separator: ",").last ?? "").trimmingCharacters(in: .whitespaces)
    }
  }

  static func hash(_ image: RGBImage) -> String { SHA256.hex(image.pixels) }

  /// All that a stream gives, and the error that ends it.
  static func streamed(_ path: FilePath, threads: Int = 1) throws -> (frames: [VideoFrame], error: String?) {
    let reader = try VideoReader(path, threads: threads)
    var frames: [VideoFrame] = []
    do {
      while let frame = try reader.next() { frames.append(frame) }
    } catch let error as VideoError {
      return (frames, error.description)
    }
    return (frames, nil)
  }

  /// The ffmpeg command's SHA-256 of each picture of a file.
  static func asked(_ path: FilePath) throws -> [String] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["ffmpeg", "-nostdin", "-loglevel", "quiet", "-threads", "1", "-i", path.string]
      + "-an -fps_mode passthrough -c:v rawvideo -pix_fmt rgb24 -f framehash -hash sha256 -"
      .split(separator: " ").map(String.init)
    process.standardInput = FileHandle.nullDevice
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return hashes(String(decoding: text, as: UTF8.self))
  }

  static let hasCommand: Bool = {
    let folders = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return folders.split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: $0 + "/ffmpeg")
    }
  }()
}
