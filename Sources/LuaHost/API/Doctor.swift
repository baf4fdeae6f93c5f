import CLuaBridge
import Foundation
import OneDNN

/// Examines the installation.
public enum Doctor {
  /// The program's version.
  public static let version = CoreModule.version

  /// One thing that was looked at.
  public struct Finding: Sendable {
    public let subject: String
    public let detail: String
    public let isGood: Bool
    /// Whether the program cannot work without it.
    public var isNeeded = false
    /// What the user can do about it.
    public var remedy = ""
  }

  public static func examine(folder: String = FileManager.default.currentDirectoryPath) -> [Finding] {
    [
      Finding(subject: "gfnet-lab", detail: version, isGood: true),
      Finding(subject: "Lua", detail: String(cString: gf_lua_release()), isGood: true),
      Finding(
        subject: "oneDNN", detail: "\(ComputeContext.libraryVersion), \(ThreadTeam.size) threads",
        isGood: true),
      processor, fashionMNIST, plugins, reportsFolder(folder),
    ]
  }

  private static var processor: Finding {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let lines = text.split(separator: "\n")
    let flags = Set(lines.first { $0.hasPrefix("flags") }?.split(separator: " ") ?? [])
    let known: [(flag: Substring, name: String)] = [
      ("avx2", "AVX2"), ("avx512f", "AVX-512"), ("avx512_bf16", "AVX-512 bf16"), ("amx_bf16", "AMX bf16"),
    ]
    let features = known.filter { flags.contains($0.flag) }.map(\.name)
    let cores = ProcessInfo.processInfo.activeProcessorCount
    return Finding(
      subject: "processor",
      detail: "\(cores) core\(cores == 1 ? "" : "s"), "
        + (features.isEmpty ? "no vector extension known" : features.joined(separator: ", ")),
      isGood: flags.contains("avx2"), remedy: "without AVX2 everything works, slowly")
  }

  private static var fashionMNIST: Finding {
    let folder = "/usr/share/datasets/fashion-mnist"
    let files = ["train-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte.gz"]
    let isThere = files.allSatisfy { FileManager.default.fileExists(atPath: folder + "/" + $0) }
    return Finding(
      subject: "Fashion-MNIST", detail: isThere ? folder : "not found in \(folder)", isGood: isThere,
      remedy: "apt install dataset-fashion-mnist")
  }

  private static var plugins: Finding {
    let found = PluginLoader.standard().candidates().map(\.name)
    return Finding(
      subject: "plugins", detail: found.isEmpty ? "none" : found.joined(separator: ", "), isGood: true)
  }

  private static func reportsFolder(_ folder: String) -> Finding {
    let reports = folder + "/reports"
    let target = FileManager.default.fileExists(atPath: reports) ? reports : folder
    let isWritable = access(target, W_OK) == 0
    return Finding(
      subject: "reports", detail: isWritable ? reports : "cannot write to \(target)", isGood: isWritable,
      isNeeded: true, remedy: "run where you may write, or give --out")
  }
}
