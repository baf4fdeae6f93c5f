import Foundation
import Reports
import Support
import Tensor

/// What the results of a run depend on beside its script and files.
enum RunIdentity {
  /// Variables of the environment by which libraries choose how they compute.
  private static let prefixes = ["ONEDNN_", "DNNL_", "OMP_", "GOMP_", "MKL_", "GFNET_"]

  static func dependences(of context: HostContext) -> [CellEntry.Dependence] {
    let environment = ProcessInfo.processInfo.environment.filter { variable in
      prefixes.contains { variable.key.hasPrefix($0) }
    }.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    let definitions = DefinitionKind.allCases.map { kind in
      let names = context.definitions.names(kind).map {
        "\($0) (\(context.definitions.owner(kind, $0) ?? ""))"
      }
      return kind.rawValue + ": " + names.joined(separator: ", ")
    }
    let plugins = context.loadedPlugins.map { "\($0.manifest.name) \($0.manifest.version)" }
    return [
      dependence("the program", "", [CoreModule.version, program, NumericsLibrary.version]),
      dependence("the processor", "", [HostFacts.current().processor]),
      dependence("the environment", "", environment),
      dependence("seed", "\(context.options.seed)"),
      dependence("precision", context.options.precision.rawValue),
      dependence(
        "the formats of figures", context.options.pictureFormats.map(\.ending).joined(separator: ", ")),
      dependence(
        "limits", "",
        [
          "\(context.options.cellLimits)", "\(context.options.pluginLimits)",
          (context.options.allowed + context.options.luaPath).map(\.shown).joined(separator: "\n"),
        ]),
      dependence(
        "plugins", plugins.isEmpty ? "none" : plugins.joined(separator: ", "),
        context.loadedPlugins.map(\.checksum) + definitions),
    ]
  }

  private static func dependence(_ name: String, _ shown: String, _ parts: [String] = [])
    -> CellEntry.Dependence
  {
    var digest = StateDigest()
    for part in [shown] + parts { digest.add(text: part) }
    return .init(name: name, shown: shown, digest: digest.text)
  }

  /// The program's file: another build has another number, size or time.
  private static let program: String = {
    var status = stat()
    guard stat("/proc/self/exe", &status) == 0 else { return UUID().uuidString }
    return
      "\(status.st_dev) \(status.st_ino) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec) \(status.st_ctim.tv_sec).\(status.st_ctim.tv_nsec)"
  }()
}
