import Vision

/// One kind of data set that `gfnet.dataset` opens by name.
struct DatasetKind: Sendable {
  let name: String
  /// Its paragraph of the help; empty where the list of names is enough.
  let summary: String
  /// Its options beside `split` and `limit`, which all kinds take. Kinds may share an option, each with its
  /// own text.
  let parameters: [FunctionParameter]
  /// Whether opening it reads files, for which a plugin needs the capability.
  let readsFiles: Bool
  let open: @Sendable (LuaCall) throws -> any ImageDataset

  /// - Parameter rows: the ``parameters``, a list for each group of them.
  init(
    name: String, summary: String = "", rows: [[any ArgumentRow]] = [], readsFiles: Bool = true,
    open: @escaping @Sendable (LuaCall) throws -> any ImageDataset
  ) {
    self.name = name
    self.summary = summary
    parameters = rows.joined().map { $0.parameter }
    self.readsFiles = readsFiles
    self.open = open
  }

  /// All kinds, one row each.
  static let all: [DatasetKind] = computed + given

  /// The data sets that the program makes itself.
  private static let computed = Datasets.all.map { entry in
    DatasetKind(name: entry.name) { call in
      try Datasets.open(name: entry.name, split: call[DatasetOptions.split] ?? "test")
    }
  }

  /// The data sets of what a script names.
  private static let given: [DatasetKind] = [tensors, folder, files, frames, videos]

  /// The names for the help and for hints.
  static let names = computed.map(\.name) + given.map(\.name).sorted()

  /// The options of all kinds, each once, as the help shows them.
  static let allParameters: [FunctionParameter] = {
    var merged: [FunctionParameter] = []
    for kind in all {
      // The walk is from the end: an option that is new stands before the one that follows it in its own list.
      var place = merged.count
      for parameter in kind.parameters.reversed() {
        if let known = merged.firstIndex(where: { $0.name == parameter.name }) {
          place = known
        } else {
          merged.insert(shared(parameter.name), at: place)
        }
      }
    }
    return merged
  }()

  /// The option that all kinds which have one of this name share: any of their types, and the texts of all.
  private static func shared(_ name: String) -> FunctionParameter {
    let owners = all.compactMap { kind in
      kind.parameters.first(where: { $0.name == name }).map { (kind: kind.name, parameter: $0) }
    }
    var result = owners[0].parameter
    var types: [ParameterType] = []
    var texts: [(text: String, kinds: [String])] = []
    for owner in owners {
      var alternatives = [owner.parameter.type]
      if case .either(let several) = owner.parameter.type { alternatives = several }
      for type in alternatives where !types.contains(type) { types.append(type) }
      if let known = texts.firstIndex(where: { $0.text == owner.parameter.summary }) {
        texts[known].kinds.append(owner.kind)
      } else {
        texts.append((owner.parameter.summary, [owner.kind]))
      }
    }
    result.type = types.count == 1 ? types[0] : .either(types)
    // The options of pictures are the same wherever pictures are read, and their texts say enough.
    if !PictureOptions.parameters.contains(where: { $0.parameter.name == name }) {
      result.summary = texts.map { "of \(list($0.kinds)): \($0.text)" }.joined(separator: "; ")
    }
    return result
  }

  /// Refuses an option that the data set `name` does not have and others do.
  static func checkOptions(_ call: LuaCall, of name: String) throws {
    for option in allParameters where try call.has(option) {
      let owners = all.filter { kind in kind.parameters.contains { $0.name == option.name } }.map(\.name)
      guard owners.contains(name) else {
        throw LuaError("gfnet.dataset: the option '\(option.name)' is for the data set \(list(owners)) only")
      }
    }
  }

  private static func list(_ kinds: [String]) -> String {
    kinds.map { "\"\($0)\"" }.joined(separator: " and ")
  }
}
