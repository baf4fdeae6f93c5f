import Figures
import Support
import Tensor

/// One function or method that scripts can call: its binding, its argument checks, its help.
///
/// Adding a function is writing one entry, with an ``ArgumentKey`` for each argument:
/// ```swift
/// private static let x = ArgumentKey<Double>("x", "the number")
/// private static let low = ArgumentKey<Double>("min", default: 0, "lower bound")
/// private static let high = ArgumentKey<Double>("max", default: 1, "upper bound")
///
/// static let clamp = FunctionEntry(
///   "clamp", "Limits a number to a range.", [x, .options([low, high])],
///   returns: "number", example: "gfnet.clamp(1.5, {max = 1})"
/// ) { call in
///   min(max(try call[x], try call[low]), try call[high])
/// }
/// ```
public struct FunctionEntry: Sendable {
  /// The name within its module or class.
  public var name: String
  /// One line, as a sentence.
  public var summary: String
  /// Further paragraphs of help; may be empty.
  public var discussion: String
  public var parameters: [FunctionParameter]
  /// Type and meaning of what is returned; empty when nothing is.
  public var returns: String
  /// A line of Lua that works.
  public var example: String
  /// What it reaches outside the program's memory whenever it is called; checked before the body runs.
  public var touches: Set<Capability>
  /// What it reaches with some arguments; its body asks by ``LuaCall/claim(_:)`` before it does.
  public var mayTouch: Set<Capability>
  /// `gfnet.clamp` or `trace:accuracy`; filled in by the module or class.
  public internal(set) var qualifiedName: String
  /// Whether argument 1 of the Lua call is the object itself.
  var isMethod = false
  /// Whether argument 1 is the module's table, as when a module is called.
  var isModuleCall = false
  /// Options of which a call may have one in a table that ends it before all its arguments are there: the table is then the
  /// options, and the arguments are left out.
  var leadingOptions: [String] = []
  let body: @Sendable (LuaCall) throws -> Int32

  /// A function with one result, or with ``LuaResults``.
  public init<Result: LuaPushable>(
    _ name: String, _ summary: String, _ parameters: [any ArgumentRow] = [], returns: String,
    example: String = "", discussion: String = "", touches: Set<Capability> = [],
    mayTouch: Set<Capability> = [], body: @escaping @Sendable (LuaCall) throws -> Result
  ) {
    self.init(name, summary, parameters, returns, example, discussion, touches, mayTouch) { call in
      let before = call.stack.count
      try body(call).push(onto: call.stack)
      return Int32(call.stack.count - before)
    }
  }

  /// A function without results.
  public init(
    _ name: String, _ summary: String, _ parameters: [any ArgumentRow] = [], example: String = "",
    discussion: String = "", touches: Set<Capability> = [], mayTouch: Set<Capability> = [],
    body: @escaping @Sendable (LuaCall) throws -> Void
  ) {
    self.init(name, summary, parameters, "", example, discussion, touches, mayTouch) { call in
      try body(call)
      return 0
    }
  }

  init(
    _ name: String, _ summary: String, _ parameters: [any ArgumentRow], _ returns: String,
    _ example: String,
    _ discussion: String, _ touches: Set<Capability>, _ mayTouch: Set<Capability>,
    body: @escaping @Sendable (LuaCall) throws -> Int32
  ) {
    self.name = name
    self.summary = summary
    self.parameters = parameters.map { $0.parameter }
    self.returns = returns
    self.example = example
    self.discussion = discussion
    self.touches = touches
    self.mayTouch = mayTouch
    self.body = body
    qualifiedName = name
  }

  /// The example as lines: two spaces part what makes its objects from what it shows.
  var exampleLines: String {
    example.replacing(/(\S) {2}(\S)/) { match in "\(match.1)\n\(match.2)" }
  }

  /// The class of a method.
  var className: String { String(qualifiedName.prefix { $0 != ":" }) }

  /// `gfnet.dataset(name, {split=, limit=}) → dataset`.
  public var signature: String {
    let arguments = parameters.map { parameter in
      if let options = parameter.options {
        return "{" + options.map { $0.name + "=" }.joined(separator: ", ") + "}"
      }
      if parameter.isRest { return "…" }
      return parameter.isRequired ? parameter.name : "[\(parameter.name)]"
    }
    let result = returns.isEmpty ? "" : " → \(returns.prefix { $0 != ":" && $0 != "," })"
    return "\(qualifiedName)(\(arguments.joined(separator: ", ")))\(result)"
  }
}

extension LuaStack {
  /// Pushes the Lua function of an entry.
  ///
  /// - Parameter owner: the plugin in whose environment it is, which calls it whoever does; nil for all else.
  func push(_ entry: FunctionEntry, of owner: PluginIdentity? = nil) {
    let body = bound(entry)
    let reachesOut = !entry.touches.union(entry.mayTouch).isEmpty
    guard owner != nil || reachesOut else { return push(named: entry.qualifiedName, function: body) }
    push(named: entry.qualifiedName + (owner.map { " of " + $0.mark } ?? "")) { stack in
      try stack.state.callingAs(owner, looking: reachesOut) { try body(stack) }
    }
  }

  /// What the Lua function of an entry runs: the claims, the checks of arguments, the body.
  private func bound(_ entry: FunctionEntry) -> (LuaStack) throws -> Int32 {
    let shape = state.shape(of: entry)
    let touched = shape.touched
    let opensFiles = !entry.touches.union(entry.mayTouch).isDisjoint(with: [.readFiles, .writeFiles])
    return { stack in
      for capability in touched {
        try stack.state.context.claim(capability, for: shape.entry.qualifiedName)
      }
      try shape.checkArguments(on: stack)
      let call = LuaCall(stack: stack, shape: shape)
      do {
        guard opensFiles else { return try shape.entry.body(call) }
        return try call.context.fileAccess().enforced { try shape.entry.body(call) }
      } catch let error as FileAccess.Refused {
        throw LuaError("\(shape.entry.qualifiedName): \(error)", underlying: error)
      } catch let error as TensorError {
        throw LuaError(error.description, raisedIn: shape.entry)
      } catch let error as FigureError {
        throw LuaError(error.description, raisedIn: shape.entry)
      } catch let error as MemoryRefused {
        stack.state.context.tracker?.block("memory was short in it")
        throw LuaError(error.description, raisedIn: shape.entry)
      }
    }
  }
}

extension LuaError {
  /// An error of a lower layer under the name of the function that the script called.
  ///
  /// Such errors begin with the operation; the function's own name replaces it, another operation's stays.
  fileprivate init(_ text: String, raisedIn entry: FunctionEntry) {
    let prefix = entry.name + ": "
    let problem = text.hasPrefix(prefix) ? text.dropFirst(prefix.count) : text[...]
    self.init("\(entry.qualifiedName): \(problem)")
  }
}
