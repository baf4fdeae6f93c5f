import CLuaBridge
import Support

extension LuaGraph {
  func walkObject(on stack: LuaStack) throws {
    guard let box = gf_box_at(stack.pointer, -1) else {
      // The states of Lua's own library, such as that of math.random, which are plain memory.
      digest.add(Tag.memory.rawValue)
      let count = Int(lua_rawlen(stack.pointer, -1))
      return digest.add(
        bytes: UnsafeRawBufferPointer(start: lua_touserdata(stack.pointer, -1), count: count))
    }
    guard box.pointee.object != nil else { return digest.add(Tag.freed.rawValue) }
    guard let object = stack.anyObject(at: -1), let name = stack.className(at: -1) else {
      throw Incomparable(reason: "holds an object that cannot be compared")
    }
    digest.add(Tag.object.rawValue)
    digest.add(text: name)
    guard let content = (object as? any BoxedContent)?.comparable else {
      throw Incomparable(reason: "is, or holds, \(article(name)) \(name), which cannot be compared")
    }
    var visitor = ContentVisitor(graph: self, stack: stack)
    try content.describe(to: &visitor)
    digest.add(Tag.end.rawValue)
  }

  /// What the content of an object is told to.
  struct ContentVisitor {
    fileprivate let graph: LuaGraph
    fileprivate let stack: LuaStack

    func add(_ text: String) { graph.digest.add(text: text) }
    func add(_ number: Int) { graph.digest.add(number) }
    func add(bytes: UnsafeRawBufferPointer) { graph.digest.add(bytes: bytes) }
    func add<Element: BitwiseCopyable>(_ values: [Element]) {
      values.withUnsafeBytes { graph.digest.add(bytes: $0) }
    }

    /// Memory that several objects may share: its content is told once.
    func add(shared memory: AnyObject, _ content: () throws -> Void) rethrows {
      let key = ObjectIdentifier(memory)
      if let number = graph.storages[key] { return graph.digest.add(number) }
      graph.digest.add(graph.storages.count)
      graph.storages[key] = graph.storages.count
      try content()
    }

    /// A value of Lua that the object holds.
    func add(_ value: LuaValue) throws {
      try value.push(onto: stack)
      try graph.visit(on: stack)
      stack.pop()
    }
  }
}

/// An object of scripts whose content can be compared between runs.
protocol ComparableContent {
  /// Tells everything that what scripts see of the object depends on.
  /// - Throws: ``Incomparable``; what reading throws.
  func describe(to visitor: inout LuaGraph.ContentVisitor) throws
}

/// A box whose value may be comparable.
protocol BoxedContent: AnyObject {
  var comparable: (any ComparableContent)? { get }
}

extension ObjectBox: BoxedContent {
  var comparable: (any ComparableContent)? { value as? any ComparableContent }
}
