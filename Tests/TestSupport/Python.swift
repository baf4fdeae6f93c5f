import Foundation
import Support

/// The Python interpreter that results are compared with: `GFNET_LAB_PYTHON`, or `python3`.
public enum Python {
  public static let name = ProcessInfo.processInfo.environment["GFNET_LAB_PYTHON"] ?? "python3"

  /// What came of a script.
  public struct Outcome: Sendable {
    /// 127 where there is no interpreter.
    public let status: Int32
    public let output: String
    public let errors: String
  }

  /// Runs a script with arguments; it reads nothing.
  public static func run(_ script: String, _ arguments: String...) throws -> Outcome {
    try withTemporaryFolder { folder in
      // A file, so that no pipe can fill up while the other one is read.
      let errors = folder / "errors.txt"
      try Data().write(to: errors.url)
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = [name, "-c", script] + arguments
      process.standardInput = FileHandle.nullDevice
      process.standardError = FileHandle(forWritingAtPath: errors.string)
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      let printed = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      return Outcome(
        status: process.terminationStatus, output: String(decoding: printed, as: UTF8.self),
        errors: (try? String(contentsOf: errors.url, encoding: .utf8)) ?? "")
    }
  }

  /// Whether the interpreter is there.
  public static let isThere = has()

  /// Whether it is there with these packages.
  public static func has(_ packages: String...) -> Bool {
    let imports = packages.map { "import \($0)\n" }.joined()
    return (try? run(imports))?.status == 0
  }
}
