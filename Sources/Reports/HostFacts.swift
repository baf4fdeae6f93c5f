import Foundation
import Support

/// The machine a run was made on: what its timings depend on, and nothing that names the machine.
public struct HostFacts: Sendable, Equatable {
  /// The processor's model.
  public var processor: String
  /// The number of logical cores that this process may use.
  public var cores: Int
  /// The machine's memory in bytes.
  public var memory: UInt64
  /// The distribution and the kernel.
  public var system: String

  public init(processor: String, cores: Int, memory: UInt64, system: String) {
    self.processor = processor
    self.cores = cores
    self.memory = memory
    self.system = system
  }

  /// The facts of this machine.
  public static func current() -> HostFacts {
    HostFacts(
      processor: field("model name", of: "/proc/cpuinfo", separator: ":") ?? architecture,
      cores: ProcessInfo.processInfo.activeProcessorCount,
      memory: ProcessInfo.processInfo.physicalMemory,
      system: system)
  }

  /// Distribution and kernel, such as "Debian GNU/Linux 12 (bookworm), Linux 6.1.0 x86_64".
  private static var system: String {
    let name = field("PRETTY_NAME", of: "/etc/os-release", separator: "=") ?? "Linux"
    var details = utsname()
    guard uname(&details) == 0 else { return name }
    return "\(name), \(text(of: details.sysname)) \(text(of: details.release)) \(text(of: details.machine))"
  }

  private static var architecture: String {
    var details = utsname()
    return uname(&details) == 0 ? text(of: details.machine) : "unknown"
  }

  private static func text<Bytes>(of bytes: Bytes) -> String {
    withUnsafeBytes(of: bytes) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  private static func field(_ name: String, of file: FilePath, separator: Character) -> String? {
    guard let bytes = try? FileAccess.ofProgram({ try InputFile.bytes(of: file, limit: 64 << 20) }) else {
      return nil
    }
    for line in TextLines(bytes) {
      let parts = line.shown.split(separator: separator, maxSplits: 1)
      guard parts.count == 2, parts[0].trimmingCharacters(in: .whitespaces) == name else { continue }
      return parts[1].trimmingCharacters(in: CharacterSet(charactersIn: " \t\""))
    }
    return nil
  }

  /// Cores and memory, such as "2 cores, 7.8 GiB".
  var sizeText: String { "\(cores) \(cores == 1 ? "core" : "cores"), \(NumberText.bytes(memory))" }

  var json: JSONValue {
    .object([
      .init("processor", .string(processor)), .init("cores", .integer(cores)),
      .init("memory_bytes", Int(exactly: memory).map(JSONValue.integer) ?? .null),
      .init("system", .string(system)),
    ])
  }
}
