/// What of Lua's own library is left out, and what to do instead.
enum MissingLibrary {
  private static let processes = "no processes are started from Lua"
  private static let files = "files are made by gfnet.tensor.save and the :save of models, traces and figures"
  private static let reading = "io.open and io.lines read files, and gfnet.read text, CSV and JSON"
  private static let sources = "require loads Lua files beside the script or plugin"
  private static let inner = "the inside of Lua is closed"

  /// What is missing by the last part of its name, which is what Lua's message says.
  private static let members: [String: (library: String, advice: String)] = [
    "execute": ("os", processes), "popen": ("io", processes),
    "exit": ("os", "error(…) ends a script"),
    "getenv": ("os", "a script's parameters come from gfnet.params"),
    "setlocale": ("os", "numbers are always written with a point"),
    "rename": ("os", files), "tmpname": ("os", files), "tmpfile": ("io", files), "output": ("io", files),
    "read": ("io", reading), "input": ("io", reading),
    "dofile": ("", sources), "loadfile": ("", sources), "loadlib": ("package", sources),
    "dump": ("string", "only source text is loaded"),
    "sethook": ("debug", inner), "getlocal": ("debug", inner),
    "getupvalue": ("debug", inner), "setupvalue": ("debug", inner), "getregistry": ("debug", inner),
  ]

  /// Adds to Lua's "attempt to call a nil value (field 'execute')" what is missing and why.
  static func explained(_ message: String) -> String {
    guard let match = message.firstMatch(of: /a nil value \((?:field|global) '([a-z]+)'\)$/),
      let (library, advice) = members[String(match.1)]
    else { return message }
    let name = library.isEmpty ? String(match.1) : "\(library).\(match.1)"
    return "\(message); scripts and plugins have no \(name): \(advice)"
  }
}
