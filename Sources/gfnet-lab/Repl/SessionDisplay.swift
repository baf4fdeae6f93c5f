import Foundation
import LuaHost
import Reports
import Support

/// Shows what the cells of a session show.
final class SessionDisplay {
  private let session: InteractiveSession
  private let folder: FilePath
  /// Gets what was typed while the terminal was asked what it is.
  var onTyped: ([UInt8]) -> Void = { _ in }
  private lazy var way = TerminalPictures.way { self.onTyped($0) }

  /// - Parameters:
  ///   - session: whose output is shown from here on.
  ///   - folder: where figures are saved.
  init(_ session: InteractiveSession, folder: FilePath) {
    self.session = session
    self.folder = folder
    session.helpWidth = Terminal.currentWidth
    session.onPrint = Terminal.write
    session.onOutput = { [unowned self] in show($0) }
  }

  private func show(_ output: Notebook.Output) {
    guard case .figure(let picture) = output else { return Terminal.show(output) }
    if let text = TerminalPictures.text(of: picture, way) { Terminal.write(text) }
    let caption = picture.caption.isEmpty ? "" : " " + picture.caption
    Terminal.write("[figure \(picture.name)]\(caption)\(saved(picture).map { " → \($0)" } ?? "")\n")
  }

  /// Saves a figure; returns the path of its first file.
  private func saved(_ picture: Notebook.Picture) -> FilePath? {
    let folder = self.folder / "figures"
    do {
      try AtomicFile.createFolder(folder)
      let paths = try picture.files.map { file in
        let path = (folder / picture.name).adding("." + file.ending)
        try AtomicFile.write(file.content, to: path)
        return path
      }
      return paths.first
    } catch {
      Terminal.complain("\(error)")
      return nil
    }
  }

  /// Says how a cell ended, where that is not by itself.
  func show(_ outcome: InteractiveSession.Outcome) {
    switch outcome {
    case .done: break
    case .interrupted:
      // A terminal has shown ^C where the cursor was.
      if Terminal.isInteractive { Terminal.write("\n") }
      Terminal.complain("interrupted")
    case .failed(let failure):
      // The innermost frame repeats the line that the message names.
      let callers = failure.traceback.split(separator: "\n").dropFirst()
      guard Terminal.hasColour else {
        let from = callers.compactMap { frame in frame.range(of: ": in ").map { frame[..<$0.lowerBound] } }
        let calls = from.isEmpty ? "" : " (called from \(from.prefix(3).joined(separator: ", ")))"
        return Terminal.complain(failure.message.replacing("\n", with: " ") + calls)
      }
      Terminal.note("\u{1B}[31m" + failure.message.printable(upTo: .max) + "\u{1B}[0m")
      for frame in callers { Terminal.note("  " + String(frame).printable(upTo: 400)) }
    }
  }
}
