import CLuaBridge
import Foundation
import Compute
import Support
import Tensor

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

  public static func examine(folder: FilePath = .currentFolder) -> [Finding] {
    [
      Finding(subject: "gfnet-lab", detail: version, isGood: true),
      Finding(subject: "Lua", detail: String(cString: gf_lua_release()), isGood: true),
      Finding(
        subject: NumericsLibrary.name, detail: "\(NumericsLibrary.version), \(ThreadTeam.size) threads",
        isGood: true),
      processor, fashionMNIST,
    ] + plugins(.standard(scriptFolder: folder)) + [reportsFolder(folder)]
  }

  private static var processor: Finding {
    let text = (try? InputFile.bytes(of: "/proc/cpuinfo", limit: 64 << 20)) ?? []
    let lines = TextLines(text).lazy.map(\.shown)
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
    let folder: FilePath = "/usr/share/datasets/fashion-mnist"
    let files = ["train-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte.gz"]
    let isThere = files.allSatisfy { (folder / $0).exists }
    return Finding(
      subject: "Fashion-MNIST", detail: isThere ? folder.shown : "not found in \(folder)", isGood: isThere,
      remedy: "apt install dataset-fashion-mnist")
  }

  /// Loads every plugin, as a run would: those that work in one line, then each that does not with the reason.
  package static func plugins(_ loader: PluginLoader) -> [Finding] {
    let outcome: PluginLoader.Outcome
    do {
      let state = try LuaState()
      try Catalog.standard.install(in: state)
      outcome = try loader.loadAll(into: state, catalog: .standard)
    } catch {
      return [Finding(subject: "plugins", detail: "\(error)", isGood: false)]
    }
    let names = outcome.loaded.map { "\($0.manifest.name) \($0.manifest.version)" }
    let remarks = outcome.remarks.map { Finding(subject: "plugins", detail: $0, isGood: true) }
    let problems = outcome.problems.map {
      Finding(subject: "plugins", detail: $0, isGood: false, remedy: "runs go on without it")
    }
    let wrong = loader.folders.remarks.map { Finding(subject: "plugins", detail: $0, isGood: false) }
    return [
      Finding(
        subject: "plugins", detail: names.isEmpty ? "none" : names.joined(separator: ", "), isGood: true)
    ] + remarks.dropFirst(wrong.count) + wrong + problems
  }

  private static func reportsFolder(_ folder: FilePath) -> Finding {
    let reports = folder / "reports"
    let target = reports.exists ? reports : folder
    let isWritable = target.withPlatformString { access($0, W_OK) } == 0
    return Finding(
      subject: "reports", detail: isWritable ? reports.shown : "cannot write to \(target)",
      isGood: isWritable,
      isNeeded: true, remedy: "run where you may write, or give --out")
  }
}
