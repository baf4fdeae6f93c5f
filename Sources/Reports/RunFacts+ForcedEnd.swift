import Foundation
import Support

extension RunFacts {
  /// Changes `running` to `interrupted` in a `meta.json`; anything else is left as it is.
  static func markInterrupted(_ path: FilePath) {
    guard let bytes = try? InputFile.bytes(of: path, limit: 64 << 20),
      let text = String(validating: bytes, as: UTF8.self),
      let range = text.firstRange(of: "\"status\": \"running\"")
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
