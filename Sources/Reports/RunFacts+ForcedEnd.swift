import Foundation
import Support

extension RunFacts {
  private static let running = "\"status\": \"running\""

  /// Writes `failed` over `running` in a `meta.json`; anything else is left as it is.
  ///
  /// For a disk that is so full that no file fits beside this one to take its place: these few bytes need no room.
  static func markFailed(_ path: FilePath) {
    guard let bytes = try? InputFile.bytes(of: path, limit: 64 << 20),
      let range = bytes.firstRange(of: Array(running.utf8))
    else { return }
    // One letter less, and a blank instead after the text.
    let marked = Array("\"status\": \"failed\" ".utf8)
    let descriptor = path.withPlatformString { open($0, O_WRONLY | O_CLOEXEC | O_NOFOLLOW) }
    guard descriptor >= 0 else { return }
    _ = pwrite(descriptor, marked, marked.count, range.lowerBound)
    close(descriptor)
  }

  /// Changes `running` to `interrupted` in a `meta.json`; anything else is left as it is.
  static func markInterrupted(_ path: FilePath) {
    guard let bytes = try? InputFile.bytes(of: path, limit: 64 << 20),
      let text = String(validating: bytes, as: UTF8.self),
      let range = text.firstRange(of: running)
    else { return }
    let marked = text.replacingCharacters(in: range, with: "\"status\": \"interrupted\"")
    // Other files may no longer be written in this process, and this one need not outlive the machine.
    path.adding(".end").withPlatformString { temporary in
      let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
      guard descriptor >= 0 else { return }
      let code = Console.write(marked, to: descriptor)
      close(descriptor)
      if code != 0 || path.withPlatformString({ rename(temporary, $0) }) != 0 { unlink(temporary) }
    }
  }
}
