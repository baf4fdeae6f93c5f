import Support

/// The pages under `docs/api`: one for each module and class, in Markdown, made from the registration tables.
public struct ReferencePages {
  /// A page of the reference.
  public struct Page: Sendable {
    /// The file's name, such as `gfnet.tensor.md`; classes are `class-trace.md`.
    public let file: String
    /// What its heading says.
    public let title: String
    /// What it is about, in one sentence.
    public let summary: String
    /// The page.
    public let text: String
  }

  private let catalog: Catalog
  private let definitions: [Definition]

  public init(catalog: Catalog = .standard, definitions: DefinitionRegistry = DefinitionRegistry()) {
    self.catalog = catalog
    self.definitions = DefinitionKind.allCases.flatMap(definitions.all)
  }

  /// All pages, the list of them first.
  public var pages: [Page] {
    let others =
      catalog.modules.map { page($0) } + catalog.classes.map { page($0) }
    return [index(of: others)] + others
  }

  private static let origin = "<!-- Written by `make api` from the registration tables. -->"

  private func index(of pages: [Page]) -> Page {
    var lines = [
      Self.origin, "# Reference", "",
      "What scripts can call, from the tables that also give `gfnet-lab help`, the prompt's `?` and the stubs for editors",
      "(`gfnet-lab help --stubs`).", "", "| | |", "|---|---|",
    ]
    lines += pages.map { "| [\($0.title)](\($0.file)) | \(Self.cell($0.summary)) |" }
    return Page(
      file: "README.md", title: "Reference", summary: "What scripts can call.", text: Self.joined(lines))
  }

  // MARK: Modules and classes

  private func page(_ module: LuaModule) -> Page {
    var lines = [Self.origin, "# \(module.name)", "", module.summary]
    if !module.constants.isEmpty {
      lines += ["", "| constant | | |", "|---|---|---|"]
      lines += module.constants.map {
        "| `\(module.name).\($0.name)` | \(Self.cell($0.type)) | \(Self.cell($0.summary)) |"
      }
    }
    if let call = module.call { lines += section(call) }
    let kind = DefinitionKind.allCases.first { "gfnet." + $0.rawValue == module.name }
    for function in module.functions { lines += section(function) }
    for definition in definitions where definition.kind == kind && definition.origin == "built in" {
      lines += section(definition)
    }
    return Page(
      file: module.name + ".md", title: module.name, summary: module.summary, text: Self.joined(lines))
  }

  private func page(_ entry: ClassEntry) -> Page {
    var lines = [Self.origin, "# \(entry.name)", "", entry.summary]
    if !entry.discussion.isEmpty { lines += [""] + Self.prose(entry.discussion) }
    if !entry.properties.isEmpty {
      lines += ["", "## Fields", "", "| field | type | |", "|---|---|---|"]
      lines += entry.properties.map {
        "| `\(entry.name).\($0.name)` | \(Self.cell($0.type)) | \(Self.cell($0.summary)) |"
      }
    }
    if !entry.operators.isEmpty {
      lines += ["", "## Operators", "", "| operator | |", "|---|---|"]
      lines += entry.operators.map { "| `\(Self.cell($0.sign))` | \(Self.cell($0.summary)) |" }
    }
    for method in entry.methods { lines += section(method) }
    return Page(
      file: "class-\(entry.name).md", title: entry.name, summary: entry.summary, text: Self.joined(lines))
  }

  // MARK: Functions

  private func section(_ function: FunctionEntry) -> [String] {
    var lines = [
      "", "## \(function.qualifiedName)", "", "```lua", function.signature, "```", "", function.summary,
    ]
    if !function.discussion.isEmpty { lines += [""] + Self.prose(function.discussion) }
    let rows = function.parameters.flatMap { $0.options ?? [$0] }
    if !rows.isEmpty {
      lines += ["", "| argument | type | default | |", "|---|---|---|---|"]
      lines += rows.map(Self.row)
    }
    if !function.returns.isEmpty { lines += ["", "Returns \(Self.text(function.returns))."] }
    let reach = function.touches.union(function.mayTouch).sorted().map { "`\"\($0.rawValue)\"`" }
    if !reach.isEmpty {
      let sometimes = function.touches.isEmpty ? ", depending on its arguments" : ""
      lines += ["", "Touches \(reach.joined(separator: ", "))\(sometimes): a plugin needs the capability."]
    }
    if !function.example.isEmpty { lines += ["", "```lua", function.exampleLines, "```"] }
    return lines
  }

  private func section(_ definition: Definition) -> [String] {
    var lines = [
      "", "## \(definition.name)", "", "```lua", definition.signature, "```", "", definition.summary,
    ]
    if !definition.parameters.isEmpty {
      lines += ["", "| parameter | type | default | |", "|---|---|---|---|"]
      lines += definition.parameters.map { setting in
        let bounds = setting.notes.dropFirst().joined(separator: ", ")
        let value = setting.defaultValue.map { "`\($0.source)`" } ?? "required"
        return "| `\(setting.name)` | \(Self.cell(setting.kind.name)) | \(Self.cell(value)) | "
          + "\(Self.cell(setting.help + (bounds.isEmpty ? "" : " (\(bounds))"))) |"
      }
    }
    return lines
  }

  private static func row(_ parameter: FunctionParameter) -> String {
    let absence =
      switch parameter.absence {
      case .required: "required"
      case .optional: "–"
      case .value(let value): "`\(value.source)`"
      }
    let bounds = parameter.range.map { " (\($0.described))" } ?? ""
    let name = parameter.isRest ? "…" : parameter.name
    return "| `\(name)` | \(cell(parameter.type.signature)) | \(cell(absence)) | "
      + "\(cell(parameter.summary + bounds)) |"
  }

  // MARK: Text

  private static func joined(_ lines: [String]) -> String { lines.joined(separator: "\n") + "\n" }

  /// Help in lines of its own width, whose indented lines and line ends stay.
  private static func prose(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      Self.text(String(line)) + (line.isEmpty ? "" : "  ")
    }
  }

  /// Text in which nothing is markup: names with underscores, operators, angle brackets.
  private static func text(_ text: String) -> String {
    var result = ""
    for character in text.replacing("\n", with: " ") {
      if "\\`*_<>[]#|~".contains(character) { result.append("\\") }
      result.append(character)
    }
    return result
  }

  /// As ``text(_:)``, for a cell of a table; code in it stays code.
  private static func cell(_ text: String) -> String {
    text.hasPrefix("`") ? text.replacing("|", with: "\\|") : Self.text(text)
  }
}
