import CCairo
import Foundation
import Support
import Synchronization

/// cairo, which writes PDF files. It is opened when the first one is.
public enum CairoLibrary {
  /// The package of Debian 12 that holds the library; what it needs comes with it.
  private static let packages = ["libcairo2"]
  private static let tried = Mutex(false)

  /// Opens the library, and first installs it where it is missing, apt-get is there, and nobody has to be asked for a
  /// password.
  ///
  /// - Parameter note: told what is being done, where it takes long.
  /// - Throws: ``FigureError`` with the reason and the command that installs it; `Interrupted`.
  public static func ensure(_ note: (String) -> Void = { Console.note($0) }) throws {
    guard problem != nil else { return }
    // One thread installs, the others wait; it is tried once in a run.
    try tried.withLock { isTried in
      guard !isTried, problem != nil else { return }
      isTried = true
      guard !PackageInstaller.isForbidden else { return }
      note("cairo, which writes PDF files, is missing: installing the package " + packages[0])
      try PackageInstaller.install(packages)
    }
    guard let problem else { return }
    throw FigureError(
      "PDF files need cairo: \(problem); on Debian 12, as the administrator: apt-get install "
        + packages.joined(separator: " ") + "; or save SVG, which needs nothing")
  }

  /// Whether the library is there, without installing it.
  public static var isAvailable: Bool { problem == nil }

  /// The version that is open, such as `1.16.0`; nil before the first PDF.
  public static var version: String? { isAvailable ? String(cString: gf_cairo_version()) : nil }

  /// Why the library is not open; nil: it is.
  private static var problem: String? { gf_cairo_open().map { String(cString: $0).printable() } }
}
