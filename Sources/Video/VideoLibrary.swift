import CVideo
import Foundation
import Support
import Synchronization

/// FFmpeg's libraries, which decode videos. They are opened when the first video is.
public enum VideoLibrary {
  /// The libraries cannot be had: one line with the reason and the command that installs them.
  public struct Missing: LineError {
    public let description: String
  }

  /// The environment variable with a folder of FFmpeg's libraries, in place of those of the system.
  public static let variable = "GFNET_LAB_FFMPEG"
  /// The packages of Debian 12 that hold the libraries; what these need comes with them.
  static let packages = ["libavformat59", "libswscale6"]

  private static let tried = Mutex(false)

  /// Opens the libraries, and first installs them where they are missing, apt-get is there, and nobody has to be asked
  /// for a password.
  ///
  /// - Parameter note: told what is being done, where it takes long.
  /// - Throws: ``Missing``; `Interrupted`.
  public static func ensure(_ note: (String) -> Void = { Console.note($0) }) throws {
    guard let problem = problem else { return }
    if folder == nil {
      // One thread installs, the others wait; it is tried once in a run.
      try tried.withLock { isTried in
        guard !isTried, self.problem != nil else { return }
        isTried = true
        guard !PackageInstaller.isForbidden else { return }
        note(
          "FFmpeg's libraries, which decode videos, are missing: installing the packages "
            + packages.joined(separator: " "))
        try PackageInstaller.install(packages)
      }
      guard self.problem != nil else { return }
    }
    let remedy =
      folder == nil
      ? "on Debian 12, as the administrator: apt-get install \(packages.joined(separator: " ")); or name a folder that has them with $\(variable)"
      : "$\(variable) names that folder"
    throw Missing(description: "videos need FFmpeg's libraries: \(problem); \(remedy)")
  }

  /// The version of FFmpeg that is open, such as `5.1.9-0+deb12u1`; nil before the first video.
  ///
  /// Pixels depend on it, as they do on Pillow's for pictures: records of a run should have it.
  public static var version: String? {
    gf_video_library_major() == 0 ? nil : String(cString: gf_video_library_version())
  }

  /// Whether the libraries are there, without installing them.
  public static var isAvailable: Bool { problem == nil }

  /// The folder that the environment names.
  private static var folder: String? {
    ProcessInfo.processInfo.environment[variable].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Why the libraries are not open; nil: they are.
  private static var problem: String? {
    var text = [CChar](repeating: 0, count: Int(GF_VIDEO_PROBLEM))
    return gf_video_open_library(folder, &text) ? nil : String(cCharacters: text).printable()
  }
}

extension String {
  /// The text before the 0 that ends it; bytes that are not UTF-8 are replaced.
  init(cCharacters: [CChar]) {
    self.init(decoding: cCharacters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
