import Foundation
import Support

/// A command of another project that results are compared with.
public struct OtherTool: Sendable {
  /// The name of the command.
  public let name: String
  /// The package of Debian that has it.
  public let package: String

  public init(_ name: String, package: String) {
    self.name = name
    self.package = package
  }

  /// Whether the command is there.
  public var isThere: Bool {
    let folders = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return folders.split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: $0 + "/" + name)
    }
  }

  /// What a test says that is skipped without it.
  public var absence: String { "\(name) is not there (Debian: \(package))" }

  /// What it writes to standard output, and its exit status. It reads nothing.
  public func run(_ arguments: [String]) throws -> (status: Int32, output: Data) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [name] + arguments
    process.standardInput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, data)
  }
}
