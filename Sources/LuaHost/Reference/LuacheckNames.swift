import Support

/// The names under `gfnet` as luacheck reads them, so that it finds `gfnet.tensr` and `gfnet.plot.figur`.
public struct LuacheckNames {
  private let catalog: Catalog

  public init(catalog: Catalog = .standard) { self.catalog = catalog }

  /// A value of luacheck's `read_globals`, as Lua source.
  public var fields: String {
    let root = catalog.modules.first { !$0.name.contains(".") }
    var lines = ["{ fields = {"]
    lines += names(of: root).map { "  \($0) = {}," }
    for module in catalog.modules where module.name.contains(".") {
      let name = module.name.drop { $0 != "." }.dropFirst()
      // What plugins and scripts define has names that nobody knows here.
      let others = module.dynamicMembers == nil ? "" : " other_fields = true,"
      lines.append("  \(name) = {\(others) fields = {")
      lines += names(of: module).map { "    \($0) = {}," }
      lines.append("  } },")
    }
    return (lines + ["} }"]).joined(separator: "\n")
  }

  private func names(of module: LuaModule?) -> [String] {
    guard let module else { return [] }
    return (module.functions.map(\.name) + module.constants.map(\.name)).filter(LuaNames.isIdentifier)
      .sorted()
  }

  /// The file that this project's own `.luacheckrc` reads.
  public var standard: String {
    "-- Written by `make api` from the registration tables: the names that luacheck knows under gfnet.\n"
      + "return { read_globals = { gfnet = \(fields) } }\n"
  }
}
