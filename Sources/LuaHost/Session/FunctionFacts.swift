import CLuaBridge
import Reports

/// What can be told of a function that a script wrote.
struct FunctionFacts {
  /// What messages call the text that it is from.
  let chunk: String
  /// The lines of the definition.
  let lines: ClosedRange<Int>
  /// How it is called, such as `greet(name, ...)`.
  let signature: String

  /// - Parameters:
  ///   - function: a function.
  ///   - name: what it was asked by; nil: not known.
  /// Nil for a function that no script wrote.
  init?(_ function: LuaFunction, name: String?) {
    guard let stack = try? function.liveStack(), (try? function.push(onto: stack)) != nil,
      (try? stack.reserve(4)) != nil
    else { return nil }
    let base = stack.count - 1
    defer { stack.count = base }
    var facts = lua_Debug()
    stack.pushCopy(ofValueAt: base + 1)
    guard lua_getinfo(stack.pointer, ">Su", &facts) != 0, facts.linedefined > 0,
      facts.lastlinedefined >= facts.linedefined, let source = facts.source
    else { return nil }
    let text = String(cString: source)
    guard text.hasPrefix("@") else { return nil }
    chunk = String(text.dropFirst())
    lines = Int(facts.linedefined)...Int(facts.lastlinedefined)
    var parameters: [String] = []
    for index in 1...max(Int(facts.nparams), 1) where index <= Int(facts.nparams) {
      guard let name = lua_getlocal(stack.pointer, nil, Int32(index)) else { break }
      parameters.append(String(cString: name))
    }
    if facts.isvararg != 0 { parameters.append("...") }
    signature = "\(name ?? "function")(\(parameters.joined(separator: ", ")))"
  }

  /// The definition in `text`, the text of its chunk.
  func source(in text: String) -> String? {
    let all = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard all.indices.contains(lines.lowerBound - 1), all.indices.contains(lines.upperBound - 1) else {
      return nil
    }
    return all[(lines.lowerBound - 1)...(lines.upperBound - 1)].joined(separator: "\n")
  }

  /// The comment above the definition in `text`, without its signs; empty where there is none.
  func comment(in text: String) -> String {
    let all = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard all.indices.contains(lines.lowerBound - 1) else { return "" }
    var comment: [String] = []
    for line in all[..<(lines.lowerBound - 1)].reversed() {
      let line = line.trimmed
      guard line.hasPrefix("--"), !line.hasPrefix("--["), !line.hasPrefix("-- %%") else { break }
      comment.insert(line.drop { $0 == "-" }.trimmed, at: 0)
    }
    return comment.joined(separator: "\n")
  }
}
