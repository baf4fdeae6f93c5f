import Support

extension Catalog {
  /// The help of a symbol, as `gfnet-lab help` and `?` print it; throws when there is no such symbol.
  public func help(on name: String) throws -> String {
    let found = find(name)
    guard !found.isEmpty else {
      let names = symbols.map(\.name)
      let last = names.map { String($0.split(whereSeparator: { $0 == "." || $0 == ":" }).last ?? "") }
      let near = NearestName.find(name, in: names) ?? NearestName.find(name, in: last)
      let suggestion = near.map { "; did you mean '\($0)'?" } ?? "; gfnet-lab help gfnet lists the modules"
      throw UsageError("no help on '\(name)'" + suggestion)
    }
    return found.map { text(of: $0.symbol) }.joined(separator: "\n\n")
  }

  private func text(of symbol: Symbol) -> String {
    switch symbol {
    case .function(let entry): entry.help
    case .constant(let module, let constant):
      "\(module.name).\(constant.name)  \(constant.type)\n  \(constant.summary)"
    case .property(let owner, let property):
      "\(owner.name).\(property.name)  \(property.type)\n  \(property.summary)"
    case .module(let module): (module.call.map { $0.help + "\n\n" } ?? "") + help(on: module)
    case .classEntry(let entry): entry.help
    }
  }

  private func help(on module: LuaModule) -> String {
    var lines = [module.name, "  " + module.summary, ""]
    lines += aligned(((module.call.map { [$0] } ?? []) + module.functions).map { ($0.signature, $0.summary) })
    lines += aligned(module.constants.map { ("\(module.name).\($0.name)", $0.summary) })
    let children = modules.filter { $0.name.hasPrefix(module.name + ".") }
    if !children.isEmpty { lines += ["", "Modules:"] + aligned(children.map { ($0.name, $0.summary) }) }
    if module.name == "gfnet", !classes.isEmpty {
      lines += ["", "Classes:"] + aligned(classes.map { ($0.name, $0.summary) })
    }
    return lines.joined(separator: "\n")
  }
}

extension ClassEntry {
  /// The help of the class with all its members.
  public var help: String {
    var lines = [name, "  " + summary]
    if !discussion.isEmpty { lines += ["", indented(discussion)] }
    if !properties.isEmpty {
      lines +=
        ["", "Fields:"] + aligned(properties.map { ("\(name).\($0.name)", "\($0.type): \($0.summary)") })
    }
    if !methods.isEmpty { lines += ["", "Methods:"] + aligned(methods.map { ($0.signature, $0.summary) }) }
    if !operators.isEmpty { lines += ["", "Operators:"] + aligned(operators.map { ($0.name, $0.summary) }) }
    return lines.joined(separator: "\n")
  }
}

extension FunctionEntry {
  /// The help of the function: signature, parameters, result, example.
  public var help: String {
    var lines = [signature, "  " + summary]
    if !discussion.isEmpty { lines += ["", indented(discussion)] }
    let rows = parameters.flatMap { $0.options.map { $0.map(\.helpRow) } ?? [$0.helpRow] }
    if !rows.isEmpty { lines += [""] + aligned(rows) }
    if !returns.isEmpty { lines += ["", "  Returns " + returns] }
    if !example.isEmpty { lines += ["", "  Example: " + example] }
    return lines.joined(separator: "\n")
  }
}

extension Parameter {
  fileprivate var helpRow: (String, String) {
    var notes = [type.signature]
    if let range { notes.append(range.described) }
    switch absence {
    case .required: break
    case .optional: notes.append("optional")
    case .value(let value): notes.append("default \(value.source)")
    }
    return (name, "\(summary) (\(notes.joined(separator: ", ")))")
  }
}

/// Two columns; a long left entry has its text on the next line.
private func aligned(_ rows: [(String, String)]) -> [String] {
  let width = min(rows.map(\.0.count).max() ?? 0, 34)
  let margin = String(repeating: " ", count: width + 4)
  var lines: [String] = []
  for (left, right) in rows {
    if left.count <= width {
      lines.append("  " + left.padding(to: width + 2) + right)
    } else {
      lines.append("  " + left)
      lines.append(margin + right)
    }
  }
  return lines
}

private func indented(_ text: String) -> String {
  text.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 }.joined(separator: "\n")
}
