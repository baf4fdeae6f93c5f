import Support

/// Finds what somebody asks help about, however they spell it.
struct HelpSearch {
  let catalog: Catalog
  /// Built-in rules, samplers and backbones, and those of plugins.
  let definitions: [Definition]

  /// What was found.
  enum Answer {
    case symbols([Catalog.Symbol])
    case definition(Definition)
    case topic(HelpTopics.Topic)
    /// A name of NumPy, PyTorch or Matplotlib, with what to write instead.
    case foreign(name: String, advice: String, symbol: Catalog.Symbol?)
    /// A subject that is no name, with what there is instead.
    case word(note: String, symbol: Catalog.Symbol?)
    /// An option, of the functions that take it.
    case option(name: String, of: [(function: FunctionEntry, option: FunctionParameter)])
  }

  /// The answer to `query`, which may be several words, such as `learning rate`.
  func find(_ query: String) -> Answer? {
    let words = query.split(separator: " ")
    // Behind a bracket stand arguments, not words.
    guard words.count > 1, !query.contains(where: { "({".contains($0) }) else { return findName(query) }
    let joined = ["_", "-", ""].lazy.compactMap { findName(words.joined(separator: $0)) }
    return joined.first
  }

  /// The answer to `query`, such as `gfnet.report.table`, `tensor:mean`, `t.mean`, `Tensor`, `confidence`, `plugins`,
  /// `np.clip`; nil where nothing is called so.
  private func findName(_ query: String) -> Answer? {
    let parts = query.split(whereSeparator: { ".:".contains($0) }).map { $0.trimmingCall }
    guard let last = parts.last, !last.isEmpty else { return nil }
    let whole = parts.joined(separator: ".")
    if let symbols = symbols({ $0 == whole || $0 == "gfnet." + whole }) { return .symbols(symbols) }
    if let definition = definition(whole) { return .definition(definition) }
    if parts.count == 1, let topic = HelpTopics.find(whole) { return .topic(topic) }
    if let symbols = symbols({ $0.lowercased() == whole.lowercased() }) { return .symbols(symbols) }
    if let symbols = symbols({ $0.lowercased().hasSuffix("." + whole.lowercased()) }) {
      return .symbols(symbols)
    }
    // `t.mean`, `gfnet.model.trace`: the last name, of the owner that the name before it stands for.
    let named = catalog.symbols.filter { $0.name.nameParts.last == last }
    if parts.count > 1, !named.isEmpty {
      let owner = Self.owner(parts[parts.count - 2])
      let owned = named.filter { owner == nil || $0.name.nameParts.dropLast().last == owner }
      if !owned.isEmpty { return .symbols(owned.map(\.symbol)) }
    }
    let asked = parts.count > 1 ? Self.owner(parts[parts.count - 2]) : nil
    for owner in [asked, nil] {
      guard let advice = ForeignNames.advice(last, of: owner) else { continue }
      return .foreign(
        name: last, advice: advice, symbol: ForeignNames.symbol(last, of: owner).flatMap(symbol))
    }
    if !named.isEmpty { return .symbols(named.map(\.symbol)) }
    if let word = HelpWords.find(whole) { return .word(note: word.note, symbol: word.symbol.flatMap(symbol)) }
    return option(last)
  }

  private func symbol(_ name: String) -> Catalog.Symbol? {
    catalog.symbols.first { $0.name == name }?.symbol
  }

  /// The functions that take an option of that name, or of the name here for what it is called elsewhere.
  func option(_ name: String) -> Answer? {
    let all = catalog.symbols.flatMap { _, symbol -> [(function: FunctionEntry, option: FunctionParameter)] in
      let function: FunctionEntry? =
        switch symbol {
        case .function(let entry): entry
        case .module(let module): module.call
        case .constant, .classEntry, .property: nil
        }
      guard let function else { return [] }
      return function.parameters.flatMap { $0.options ?? [] }.map { (function: function, option: $0) }
    }
    let wanted = name.lowercased()
    let own = all.contains { $0.option.name == wanted } ? wanted : nil
    guard let own = own ?? ForeignNames.option(name, among: all.map(\.option.name)) else { return nil }
    return .option(name: own, of: all.filter { $0.option.name == own })
  }

  /// The names that somebody may have meant, nearest first.
  func suggestions(_ query: String) -> [String] {
    let last = query.nameParts.last ?? query
    let names = catalog.symbols.map(\.name) + definitions.map { "gfnet.\($0.kind.rawValue).\($0.name)" }
    let near = [NearestName.find(query, in: names + HelpTopics.all.flatMap(\.names))].compactMap(\.self)
    let nearLast = NearestName.find(last, in: names.compactMap { $0.nameParts.last })
    return (near + names.filter { $0.nameParts.last == nearLast }).reduce(into: []) { list, name in
      if !list.contains(name), list.count < 4 { list.append(name) }
    }
  }

  private func symbols(_ matches: (String) -> Bool) -> [Catalog.Symbol]? {
    let found = catalog.symbols.filter { matches($0.name.replacing(":", with: ".")) }
    return found.isEmpty ? nil : found.map(\.symbol)
  }

  /// A name may have dots of its own, as `regnety_1.6g`.
  private func definition(_ whole: String) -> Definition? {
    definitions.first { definition in
      [
        definition.name, "\(definition.kind.rawValue).\(definition.name)",
        "\(definition.kind.noun).\(definition.name)",
      ]
      .contains(whole.hasPrefix("gfnet.") ? String(whole.dropFirst(6)) : whole)
    }
  }

  /// The class or module that a variable of that name usually holds; nil: any.
  private static func owner(_ name: String) -> String? {
    switch name.lowercased() {
    case "t", "x", "y", "a", "b", "tensor", "torch", "np", "numpy": "tensor"
    case "fig", "f", "figure", "plt", "pyplot": "figure"
    case "ax", "axes", "panel": "axes"
    case "m", "net", "model": "model"
    case "d", "data", "dataset": "dataset"
    case "tr", "trace": "trace"
    case "e", "encoder": "encoder"
    default: nil
    }
  }
}

extension String {
  /// The names that `gfnet.report.table` and `tensor:mean` are made of.
  fileprivate var nameParts: [String] { split(whereSeparator: { ".:".contains($0) }).map(String.init) }
}

extension Substring {
  /// The text without what follows a name in a call: `mean(…)`, `figure{`.
  fileprivate var trimmingCall: String { String(prefix { !"({ ".contains($0) }) }
}
