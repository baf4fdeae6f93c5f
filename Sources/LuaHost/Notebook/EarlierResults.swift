import Reports

/// Shows, for cells that have not run yet, what they left in the run before, and marks what a change has made stale.
struct EarlierResults {
  private let previous: Notebook

  init(of previous: Notebook) { self.previous = previous }

  /// Enters earlier results into a notebook of which nothing has run.
  ///
  /// - Parameters:
  ///   - notebook: what is about to run.
  ///   - names: the variables that each cell uses or declares.
  ///   - declared: those of them that it declares.
  func enter(into notebook: inout Notebook, names: [Int: Set<String>], declared: [Int: Set<String>]) {
    var known: [String: [Notebook.Cell]] = [:]
    for cell in previous.cells where cell.kind != .markdown && cell.seconds != nil {
      known[Self.key(cell), default: []].append(cell)
    }
    var changed: Set<String> = []
    for index in notebook.cells.indices where notebook.cells[index].kind != .markdown {
      let source = notebook.cells[index].source
      let own = names[index] ?? []
      let written = Self.namesThatMayChange(in: source).intersection(own).union(declared[index] ?? [])
      let key = Self.key(notebook.cells[index])
      guard var cells = known[key], !cells.isEmpty else {
        changed.formUnion(written)
        continue
      }
      let cell = cells.removeFirst()
      known[key] = cells
      let isStale = !changed.isDisjoint(with: own) || cell.earlier == .stale
      if isStale { changed.formUnion(written) }
      notebook.cells[index].outputs = cell.outputs
      notebook.cells[index].seconds = cell.seconds
      notebook.cells[index].memory = cell.memory
      notebook.cells[index].earlier = isStale ? .stale : .unchanged
    }
  }

  private static func key(_ cell: Notebook.Cell) -> String {
    (try? CellKeeper.digest(ofCode: cell.source)) ?? cell.source
  }

  /// The variables that a cell assigns, calls, indexes or passes on: they, or what they hold, may be another afterwards.
  private static func namesThatMayChange(in source: String) -> Set<String> {
    let tokens = (try? LuaLexer.tokens(of: source)) ?? []
    let before: Set<Substring> = ["(", ","]
    let after: Set<Substring> = [".", "[", ":", "(", "{", "=", ","]
    var names: Set<String> = []
    for (index, token) in tokens.enumerated() where token.kind == .name {
      let isPassed = index > 0 && before.contains(tokens[index - 1].text)
      let next = index + 1 < tokens.count ? tokens[index + 1] : nil
      if isPassed || next.map({ after.contains($0.text) || $0.kind == .string }) ?? false {
        names.insert(String(token.text))
      }
    }
    return names
  }
}
