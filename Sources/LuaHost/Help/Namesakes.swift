extension HelpSearch {
  /// What else is called as somebody asks, and does not stand in the answer: where it is, and what it is.
  ///
  /// A name with a dot or a colon says where it is looked for, so that others of the name are not meant.
  func namesakes(of query: String, besides answer: Answer) -> [(String, String)] {
    guard query.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) else { return [] }
    var shown: Set<String> = []
    var showsOption = false
    var showsDefinition = false
    switch answer {
    case .symbols(let symbols): shown = Set(symbols.map(\.name))
    case .definition: showsDefinition = true
    case .option: showsOption = true
    case .topic, .foreign, .word: break
    }
    var rows = catalog.symbols.compactMap { name, symbol -> (String, String)? in
      guard name.split(whereSeparator: { ".:".contains($0) }).last ?? "" == query, !shown.contains(name)
      else {
        return nil
      }
      return (name, symbol.summary)
    }
    if !showsDefinition {
      rows += definitions.filter { $0.name == query }.map {
        ("gfnet.\($0.kind.rawValue).\(query)", $0.summary)
      }
    }
    if !showsOption, case .option(let name, let owners)? = option(query), name == query {
      rows += owners.map { ("\($0.function.qualifiedName){\(name)=}", $0.option.summary) }
    }
    return rows
  }
}

extension Catalog.Symbol {
  /// Its full name.
  fileprivate var name: String {
    switch self {
    case .module(let module): module.name
    case .constant(let module, let constant): "\(module.name).\(constant.name)"
    case .function(let entry): entry.qualifiedName
    case .classEntry(let entry): entry.name
    case .property(let owner, let property): "\(owner.name).\(property.name)"
    }
  }

  /// What it is, in a few words.
  fileprivate var summary: String {
    switch self {
    case .module(let module): module.summary
    case .constant(_, let constant): constant.summary
    case .function(let entry): entry.summary
    case .classEntry(let entry): entry.summary
    case .property(_, let property): property.summary
    }
  }
}
