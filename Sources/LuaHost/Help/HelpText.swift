import Support

/// The text of `gfnet-lab help` and `?`.
public struct Help {
  private let catalog: Catalog
  private let search: HelpSearch
  private let layout: HelpLayout

  /// - Parameters:
  ///   - catalog: what scripts can call.
  ///   - definitions: rules, samplers and backbones beside the built-in ones.
  ///   - width: columns of a line.
  public init(
    catalog: Catalog = .standard, definitions: DefinitionRegistry = DefinitionRegistry(), width: Int = 100
  ) {
    self.catalog = catalog
    search = HelpSearch(catalog: catalog, definitions: DefinitionKind.allCases.flatMap(definitions.all))
    layout = HelpLayout(width: min(max(width, 40), 120))
  }

  /// Help that also knows what the plugins define; those that cannot be loaded are left out.
  public static func withPlugins(_ plugins: PluginLoader = .standard(), width: Int = 100) throws -> Help {
    Help(definitions: try definitionsWithPlugins(plugins), width: width)
  }

  /// What the program and the plugins define; plugins that cannot be loaded are left out.
  public static func definitionsWithPlugins(_ plugins: PluginLoader = .standard()) throws
    -> DefinitionRegistry
  {
    let state = try LuaState(context: HostContext())
    try Catalog.standard.install(in: state)
    _ = try plugins.loadAll(into: state, catalog: .standard)
    return state.context.definitions
  }

  /// The help on `name`, and what else is called so; throws `UsageError` with the nearest names when there is none.
  public func text(on name: String) throws -> String {
    let page = try page(on: name)
    guard let answer = search.find(name) else { return page }
    let others = search.namesakes(of: name, besides: answer)
    guard !others.isEmpty else { return page }
    return ([page, "", "Also called \(name):"] + layout.columns(others)).joined(separator: "\n")
  }

  /// The help on `name` alone.
  func page(on name: String) throws -> String {
    switch search.find(name) {
    case .symbols(let symbols): return symbols.map(text).joined(separator: "\n\n")
    case .definition(let definition): return definition.help(layout)
    case .topic(let topic):
      guard let page = HelpTopics.text(of: topic) else {
        throw UsageError("the page docs/\(topic.page) on '\(name)' is not installed with this program")
      }
      return page
    case .foreign(let foreign, let advice, let symbol):
      let note = "There is no '\(foreign)' here: \(advice)."
      return symbol.map { note + "\n\n" + text(of: $0) } ?? note
    case .word(let words, let symbol):
      let note = layout.paragraph(words).joined(separator: "\n")
      return symbol.map { note + "\n\n" + text(of: $0) } ?? note
    case .option(let option, let owners):
      let rows = owners.map { ($0.function.qualifiedName, $0.option.helpRow.1) }
      return (["The option \(option) of:"] + layout.columns(rows)).joined(separator: "\n")
    case nil:
      let near = search.suggestions(name).map { "'\($0)'" }
      throw UsageError(
        "no help on '\(name)'"
          + (near.isEmpty
            ? "; gfnet-lab help gfnet lists the modules, gfnet-lab help topics the pages"
            : "; did you mean \(near.joined(separator: " or "))?"))
    }
  }

  /// The pages, for the end of the overview.
  public var topics: String {
    layout.columns(HelpTopics.all.map { ($0.names[0], $0.summary) }).joined(separator: "\n")
  }

  private func text(of symbol: Catalog.Symbol) -> String {
    switch symbol {
    case .function(let entry): return text(of: entry)
    case .constant(let module, let constant):
      return text("\(module.name).\(constant.name)  \(constant.type)", constant.summary)
    case .property(let owner, let property):
      return text("\(owner.name).\(property.name)  \(property.type)", property.summary)
    case .module(let module): return (module.call.map { text(of: $0) + "\n\n" } ?? "") + text(of: module)
    case .classEntry(let entry): return text(of: entry)
    }
  }

  private func text(_ name: String, _ summary: String) -> String {
    (layout.paragraph(name) + layout.paragraph(summary, indent: 2)).joined(separator: "\n")
  }

  private func text(of module: LuaModule) -> String {
    var lines = [module.name] + layout.paragraph(module.summary, indent: 2) + [""]
    lines += layout.columns(
      ((module.call.map { [$0] } ?? []) + module.functions).map { ($0.signature, $0.summary) })
    lines += layout.columns(module.constants.map { ("\(module.name).\($0.name)", $0.summary) })
    let kind = DefinitionKind.allCases.first { "gfnet." + $0.rawValue == module.name }
    let members = search.definitions.filter { $0.kind == kind }
    if !members.isEmpty {
      lines += ["", "The \(members[0].kind.noun)s:"] + layout.columns(members.map(\.listing))
    }
    let children = catalog.modules.filter { $0.name.hasPrefix(module.name + ".") }
    if !children.isEmpty {
      lines += ["", "Modules:"] + layout.columns(children.map { ($0.name, $0.summary) })
    }
    if module.name == "gfnet" {
      lines += ["", "Classes:"] + layout.columns(catalog.classes.map { ($0.name, $0.summary) })
      lines += ["", "Pages:"] + [topics]
    }
    return lines.joined(separator: "\n")
  }

  private func text(of entry: ClassEntry) -> String {
    var lines = [entry.name] + layout.paragraph(entry.summary, indent: 2)
    if !entry.discussion.isEmpty { lines += [""] + layout.paragraph(entry.discussion, indent: 2) }
    if !entry.properties.isEmpty {
      lines +=
        ["", "Fields:"]
        + layout.columns(entry.properties.map { ("\(entry.name).\($0.name)", "\($0.type): \($0.summary)") })
    }
    if !entry.methods.isEmpty {
      lines += ["", "Methods:"] + layout.columns(entry.methods.map { ($0.signature, $0.summary) })
    }
    if !entry.operators.isEmpty {
      lines += ["", "Operators:"] + layout.columns(entry.operators.map { ($0.name, $0.summary) })
    }
    return lines.joined(separator: "\n")
  }

  private func text(of entry: FunctionEntry) -> String {
    var lines = layout.paragraph(entry.signature) + layout.paragraph(entry.summary, indent: 2)
    if !entry.discussion.isEmpty { lines += [""] + layout.paragraph(entry.discussion, indent: 2) }
    let rows = entry.parameters.flatMap { $0.options.map { $0.map(\.helpRow) } ?? [$0.helpRow] }
    if !rows.isEmpty { lines += [""] + layout.columns(rows) }
    if !entry.returns.isEmpty { lines += [""] + layout.paragraph("Returns " + entry.returns, indent: 2) }
    let reach = entry.touches.union(entry.mayTouch).sorted().map { "\"\($0.rawValue)\"" }
    if !reach.isEmpty {
      let sometimes = entry.touches.isEmpty ? ", depending on its arguments" : ""
      lines +=
        [""]
        + layout.paragraph(
          "Touches \(reach.joined(separator: ", "))\(sometimes): a plugin needs the capability.", indent: 2)
    }
    if !entry.example.isEmpty { lines += [""] + layout.paragraph("Example: " + entry.example, indent: 2) }
    return lines.joined(separator: "\n")
  }
}

extension FunctionParameter {
  /// The parameter's row in help: name, meaning, type, bounds, default.
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
