import LuaHost
import Support

/// Writes one line of Lua for a case: something of the catalogue, called with hostile values.
struct CallWriter {
  private enum Subject {
    case function(FunctionEntry)
    case method(ClassEntry, FunctionEntry)
    case property(ClassEntry, PropertyEntry)
    case operation(ClassEntry, OperatorEntry)
    case element(ClassEntry)
  }

  private let subjects: [Subject]

  /// What reaches beyond the process, or waits for others.
  private static let left: Set = ["gfnet.fetch"]

  init() {
    let catalog = Catalog.standard
    var subjects: [Subject] = []
    for module in catalog.modules {
      subjects += module.functions.filter { !Self.left.contains($0.qualifiedName) }.map { .function($0) }
      if let call = module.call { subjects.append(.function(call)) }
    }
    for entry in catalog.classes {
      subjects += entry.methods.map { .method(entry, $0) } + entry.properties.map { .property(entry, $0) }
      subjects += entry.operators.map { .operation(entry, $0) } + [.element(entry)]
    }
    self.subjects = subjects
  }

  func line(_ draw: CounterRandom) -> String { call(draw, depth: 0) }

  /// - Parameter depth: calls that this one is in, as an argument or in a callback.
  private func call(_ draw: CounterRandom, depth: Int) -> String {
    let values = HostileValues(draw.child(1)) { self.call($0, depth: depth + 1) }
    let subject = subjects[draw.integer(0, below: subjects.count)]
    let object: (ClassEntry) -> String = { values.object($0.name, draw.child(2)) }
    switch subject {
    case .function(let entry): return "return \(entry.qualifiedName)(\(values.arguments(of: entry, depth)))"
    case .method(let owner, let entry):
      let call = "return o:\(entry.name)(\(values.arguments(of: entry, depth)))"
      // The object also reaches its callbacks.
      return inCallback(of: owner, call) ?? "local o = \(object(owner)) \(call)"
    case .property(let owner, let entry):
      if let call = inCallback(of: owner, "return o.\(entry.name)") { return call }
      let place = "local o = \(object(owner))"
      return draw.integer(3, below: 4) == 0
        ? "\(place) o.\(entry.name) = \(values.any(draw.child(4), depth))" : "\(place) return o.\(entry.name)"
    case .operation(let owner, let entry): return operation(entry.name, object(owner), values, draw, depth)
    case .element(let owner):
      let key = values.any(draw.child(4), depth)
      switch draw.integer(3, below: 5) {
      case 0: return "local o = \(object(owner)) o[\(key)] = \(values.any(draw.child(5), depth))"
      case 1: return "local o = \(object(owner)) return #o, tostring(o), o == \(key)"
      case 2: return "local o = \(object(owner)) for _, v in pairs(o) do local _ = v end"
      case 3: return "local o = \(object(owner)) return gfnet.report.value(o), o(\(key))"
      default: return "local o = \(object(owner)) return o[\(key)]"
      }
    }
  }

  /// Around what is done with an object that exists while a callback runs; nil for other classes.
  private func inCallback(of owner: ClassEntry, _ body: String) -> String? {
    switch owner.name {
    case "batch": "return in_rule(function(o) \(body) end)"
    case "rng": "return in_sampler(function(o) \(body) end)"
    default: nil
    }
  }

  private func operation(
    _ name: String, _ object: String, _ values: HostileValues, _ draw: CounterRandom, _ depth: Int
  ) -> String {
    let other = values.any(draw.child(4), depth)
    let signs = [
      "__add": "+", "__sub": "-", "__mul": "*", "__div": "/", "__pow": "^", "__eq": "==", "__lt": "<",
      "__le": "<=",
    ]
    let place = "local o = \(object)"
    if name == "__call" { return "\(place) return o(\(other))" }
    if name == "__unm" { return "\(place) return -o" }
    guard let sign = signs[name] else { return "\(place) return o .. \(other)" }
    return draw.integer(3, below: 2) == 0
      ? "\(place) return o \(sign) \(other)" : "\(place) return \(other) \(sign) o"
  }
}
