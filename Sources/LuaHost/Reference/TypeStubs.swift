import Reports
import Support

/// Type stubs for editors: what scripts can call, as declarations with LuaCATS annotations, which the Lua language
/// server reads. They are made from the registration tables and never run.
///
/// Classes are `gfnet.Tensor`, `gfnet.Trace` and so on; a function's table of options is a class of its own,
/// `gfnet.dataset.options`, so that an editor completes the names of options and marks unknown ones.
public struct TypeStubs {
  private let catalog: Catalog
  private let definitions: [Definition]
  private let words: TypeWords

  /// - Parameters:
  ///   - catalog: what scripts can call.
  ///   - definitions: rules, samplers and backbones beside the built-in ones.
  public init(
    catalog: Catalog = .standard, definitions: DefinitionRegistry = DefinitionRegistry()
  ) {
    self.catalog = catalog
    self.definitions = DefinitionKind.allCases.flatMap(definitions.all)
    words = TypeWords(classes: catalog.classes.map(\.name))
  }

  /// The file, as it goes into a project's folder for stubs.
  public var text: String {
    var lines = [
      "---@meta",
      "-- What gfnet-lab \(CoreModule.version) gives to scripts; written by `gfnet-lab help --stubs`. It is read by editors",
      "-- and never run.",
      "---@diagnostic disable: missing-return, unused-local, lowercase-global",
    ]
    for entry in catalog.classes { lines += [""] + declaration(of: entry) }
    for module in catalog.modules { lines += [""] + declaration(of: module) }
    for function in InputFiles.functions { lines += [""] + declaration(of: function) }
    return lines.joined(separator: "\n") + "\n"
  }

  /// What the tables say in words that are no type, as `trace.labels: whatever`.
  public var unreadTypes: [String] {
    var unread: [String] = []
    func read(_ name: String, _ type: String) {
      if !type.isEmpty, words.type(of: type) == nil { unread.append("\(name): \(type)") }
    }
    for (name, symbol) in catalog.symbols {
      switch symbol {
      case .function(let entry): read(name, entry.returns)
      case .property(_, let property): read(name, property.type)
      case .constant(_, let constant): read(name, constant.type)
      case .module(let module): if let call = module.call { read(name, call.returns) }
      case .classEntry: break
      }
    }
    return unread
  }

  // MARK: Classes

  private func declaration(of entry: ClassEntry) -> [String] {
    var lines = comment(entry.summary, entry.discussion)
    lines.append("---@class \(TypeWords.className(entry.name))")
    for property in entry.properties {
      lines.append("---@field \(property.name) \(words.type(of: property.type) ?? "any") \(property.summary)")
    }
    if entry.index != nil { lines.append("---@field [integer|table] any") }
    lines += entry.operators.compactMap { operation($0, of: entry) }
    if entry.isFreeable { lines.append("---@field package __close fun(self)") }
    lines.append("local \(argument(entry.name)) = {}")
    for method in entry.methods {
      var method = method
      method.qualifiedName = "\(argument(entry.name)):\(method.name)"
      lines += [""] + declaration(of: method, options: TypeWords.className(entry.name) + ".")
    }
    return lines
  }

  /// The line of an operator that LuaCATS has a word for.
  private func operation(_ entry: OperatorEntry, of owner: ClassEntry) -> String? {
    let name = TypeWords.className(owner.name)
    let verbs = [
      "__add": "add", "__sub": "sub", "__mul": "mul", "__div": "div", "__pow": "pow", "__mod": "mod",
      "__idiv": "idiv", "__band": "band", "__bor": "bor", "__bxor": "bxor",
    ]
    if let verb = verbs[entry.name] { return "---@operator \(verb)(any): \(name)" }
    if entry.name == "__unm" { return "---@operator unm: \(name)" }
    if entry.name == "__bnot" { return "---@operator bnot: \(name)" }
    if entry.name == "__call" { return "---@overload fun(...): any" }
    return nil
  }

  // MARK: Modules

  private func declaration(of module: LuaModule) -> [String] {
    var lines = comment(module.summary, "")
    lines.append("---@class \(module.name)")
    for constant in module.constants {
      lines.append(
        "---@field \(constant.name) \(words.type(of: constant.type) ?? "any") \(constant.summary)")
    }
    if let call = module.call { lines.append("---@overload \(signature(of: call))") }
    lines.append("\(module.name) = {}")
    if let call = module.call, let options = optionsClass(of: call, prefix: module.name + ".") {
      lines = options + [""] + lines
    }
    for function in module.functions { lines += [""] + declaration(of: function) }
    let kind = DefinitionKind.allCases.first { "gfnet." + $0.rawValue == module.name }
    for definition in definitions where definition.kind == kind {
      lines += [""] + declaration(of: definition)
    }
    return lines
  }

  /// A rule, sampler or backbone: a function of a table of parameters; what is about something has that before them.
  private func declaration(of definition: Definition) -> [String] {
    let module = "gfnet.\(definition.kind.rawValue)"
    let name = LuaNames.isIdentifier(definition.name) ? ".\(definition.name)" : "[\"\(definition.name)\"]"
    let kind = definition.kind
    let subject =
      kind == .schedulers
      ? "trace: \(TypeWords.className("trace")), " : kind.isAboutSomething ? "data: any, " : ""
    let made = kind == .reports ? "any" : TypeWords.className("configured")
    guard !definition.parameters.isEmpty else {
      return comment(definition.summary, "") + [
        "---@type fun(\(subject)params?: table): \(made)", "\(module)\(name) = nil",
      ]
    }
    let parameters =
      "\(module).\(definition.name.map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined()).params"
    var lines = ["---@class \(parameters)"]
    for setting in definition.parameters {
      let optional = setting.defaultValue == nil ? "" : "?"
      lines.append("---@field \(setting.name)\(optional) \(type(of: setting)) \(setting.help)")
    }
    return lines + [""] + comment(definition.summary, "") + [
      "---@type fun(\(subject)params?: \(parameters)): \(made)", "\(module)\(name) = nil",
    ]
  }

  private func type(of setting: Setting) -> String {
    if let choices = setting.choices { return choices.map(\.source).joined(separator: "|") }
    return words.type(of: setting.kind.name) ?? "any"
  }

  // MARK: Functions

  private func declaration(of function: FunctionEntry, options prefix: String? = nil) -> [String] {
    let owner = prefix.map { $0 + function.name } ?? function.qualifiedName
    var lines = optionsClass(of: function, prefix: owner) ?? []
    if !lines.isEmpty { lines.append("") }
    lines += comment(function.summary, function.discussion)
    if !function.example.isEmpty { lines += comment("```lua\n\(function.exampleLines)\n```", "") }
    var names: [String] = []
    for parameter in function.parameters {
      let mark = parameter.isRequired ? "" : "?"
      let type = parameter.options == nil ? words.type(of: parameter.type) : owner + ".options"
      if parameter.isRest {
        lines.append("---@param ... \(type) \(summary(of: parameter))")
        names.append("...")
      } else {
        let name = argument(parameter.name)
        lines.append("---@param \(name)\(mark) \(type) \(summary(of: parameter))")
        names.append(name)
      }
    }
    if !function.returns.isEmpty {
      lines.append("---@return \(words.type(of: function.returns) ?? "any") # \(function.returns)")
    }
    return lines + ["function \(function.qualifiedName)(\(names.joined(separator: ", "))) end"]
  }

  /// The class of a function's table of options; nil where it takes none.
  private func optionsClass(of function: FunctionEntry, prefix: String) -> [String]? {
    guard let fields = function.parameters.first(where: { $0.options != nil })?.options else { return nil }
    let owner = prefix.hasSuffix(".") ? String(prefix.dropLast()) : prefix
    return ["---@class \(owner).options"]
      + fields.map { field in
        "---@field \(field.name)\(field.isRequired ? "" : "?") \(words.type(of: field.type)) \(summary(of: field))"
      }
  }

  /// What a parameter means, with its bounds and its default.
  private func summary(of parameter: FunctionParameter) -> String {
    var notes: [String] = []
    if let range = parameter.range { notes.append(range.described) }
    if case .value(let value) = parameter.absence { notes.append("default \(value.source)") }
    let text = parameter.summary.replacing("\n", with: " ")
    return notes.isEmpty ? text : "\(text) (\(notes.joined(separator: ", ")))"
  }

  private func signature(of function: FunctionEntry) -> String {
    let arguments = function.parameters.map { parameter in
      let type =
        parameter.options == nil ? words.type(of: parameter.type) : function.qualifiedName + ".options"
      if parameter.isRest { return "...: \(type)" }
      return "\(argument(parameter.name))\(parameter.isRequired ? "" : "?"): \(type)"
    }
    let result = function.returns.isEmpty ? "" : ": \(words.type(of: function.returns) ?? "any")"
    return "fun(\(arguments.joined(separator: ", ")))\(result)"
  }

  /// A name that a parameter may have in Lua: `end` and `function` are words of the language.
  private func argument(_ name: String) -> String {
    LuaNames.isIdentifier(name) && !LuaLexer.keywords.contains(name[...]) ? name : name + "_"
  }

  private func comment(_ summary: String, _ discussion: String) -> [String] {
    let text = discussion.isEmpty ? summary : summary + "\n\n" + discussion
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { "---\($0)" }
  }
}
