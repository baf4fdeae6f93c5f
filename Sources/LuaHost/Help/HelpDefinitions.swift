import Support

extension Definition {
  /// The definition as Lua reads it: `gfnet.exits.confidence`, `gfnet.backbones["regnety_1.6g"]`.
  private var luaName: String {
    "gfnet.\(kind.rawValue)" + (LuaNames.isIdentifier(name) ? ".\(name)" : "[\"\(name)\"]")
  }

  /// How it is called, such as `gfnet.exits.confidence{threshold=}`.
  var signature: String {
    luaName + kind.use(with: parameters.map { $0.name + "=" }.joined(separator: ", "))
  }

  /// The help of a rule, sampler, scheduler, backbone or report: parameters with defaults and bounds, an example.
  func help(_ layout: HelpLayout) -> String {
    var lines = [signature + " → " + kind.noun]
    if !summary.isEmpty { lines += layout.paragraph(summary, indent: 2) }
    if !parameters.isEmpty { lines += [""] + layout.columns(parameters.map(\.helpRow)) }
    lines += ["", "  Example: " + example]
    if origin != "built in" { lines += ["", "  Defined by \(origin)"] }
    return lines.joined(separator: "\n")
  }

  /// The name in listings, with what to know about it.
  var listing: (String, String) { (signature, summary) }

  private var example: String {
    let given = parameters.first.map { $0.name + " = " + ($0.defaultValue?.source ?? "…") } ?? ""
    let made = luaName + kind.use(with: given)
    return switch kind {
    case .exits: "model:infer(data, {exit = \(made)})"
    case .samplers: "model:trace(data, {sampler = \(made)})"
    case .backbones:
      parameters.isEmpty ? "gfnet.model{backbone = \"\(name)\"}" : "gfnet.model{backbone = \(made)}"
    case .schedulers: "trace:evaluate(\(made))"
    case .reports: made
    }
  }
}

extension Setting {
  /// The parameter's row in help: name, meaning, type, bounds, default.
  fileprivate var helpRow: (String, String) {
    (name, explained(notes + [defaultValue.map { "default \($0.source)" } ?? "required"]))
  }
}
