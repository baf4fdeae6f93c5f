import Foundation
import Support

/// Runs a pickle of protocol 2 to 5 on a machine that can only build values.
///
/// It reads no other file and calls nothing: every name that a pickle gives is looked up in ``PickleGlobal``,
/// and calling one that is not known there makes a ``PickleHeap/Object``, which keeps the name and the
/// arguments as data. Names that run programs end it (``PickleProgram``). Memory grows by a bounded amount
/// per byte read. Opcodes are those of Python's `pickletools`.
struct Unpickler {
  let file: String
  /// The place before the next opcode.
  private var cursor: PickleCursor
  var heap = PickleHeap()
  private var stack: [PickleNode] = []
  /// The heights of the stack at the open marks.
  private var marks: [Int] = []
  private var memo: [Int: PickleNode] = [:]
  private var operations = 0
  /// The number of bytes and values that calls have copied; it may be as large as that of the file's bytes.
  private var copied = 0
  /// The numbers of storages by key.
  var storageNumbers: [String: Int] = [:]
  /// The numbers of globals by name.
  private var globalNumbers: [String: Int] = [:]

  /// The most operations; a checkpoint of a thousand tensors takes about fifty thousand.
  private static let mostOperations = 2_000_000

  init(_ data: Data, file: String) {
    cursor = PickleCursor(data, file: file)
    self.file = file
  }

  /// The byte of the file at which the next opcode starts.
  var position: Int { cursor.position }

  func fail(_ reason: String) -> DamagedFile { cursor.fail(reason) }

  /// Reads one pickle, up to and with its STOP.
  ///
  /// - Throws: `DamagedFile`, `Interrupted`.
  mutating func load() throws -> PickleNode {
    stack.removeAll()
    marks.removeAll()
    memo.removeAll()
    while true {
      try charge(operations: 1)
      let opcode = try cursor.byte()
      if opcode == UInt8(ascii: ".") {
        let result = try pop()
        guard stack.isEmpty, marks.isEmpty else { throw fail("ends with values left over") }
        return result
      }
      try execute(opcode)
    }
  }

  mutating func charge(operations count: Int) throws {
    operations += count
    if operations % 4096 < count { try Cancellation.check() }
    guard operations <= Self.mostOperations else { throw fail("more than \(Self.mostOperations) operations") }
  }

  mutating func charge(copied count: Int) throws {
    copied += count
    guard copied <= cursor.count else { throw fail("makes more of its values than the file holds") }
  }

  private mutating func execute(_ opcode: UInt8) throws {
    switch opcode {
    case 0x80:  // PROTO
      let version = try cursor.byte()
      guard (2...5).contains(version) else { throw fail("protocol \(version), expected 2 to 5") }
    case 0x95: _ = try cursor.count(bytes: 8)  // FRAME only helps readers that buffer
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: "0"): try drop()
    case UInt8(ascii: "1"): _ = try popToMark()
    case UInt8(ascii: "2"): stack.append(try top())
    case UInt8(ascii: "N"): stack.append(.none)
    case 0x88: stack.append(.bool(true))
    case 0x89: stack.append(.bool(false))
    case UInt8(ascii: "J"): stack.append(.int(Int(Int32(truncatingIfNeeded: try cursor.integer(4)))))
    case UInt8(ascii: "K"): stack.append(.int(Int(try cursor.integer(1))))
    case UInt8(ascii: "M"): stack.append(.int(Int(try cursor.integer(2))))
    case UInt8(ascii: "G"): stack.append(.double(Double(bitPattern: try cursor.integer(8).byteSwapped)))
    case 0x8A: stack.append(try cursor.long(cursor.count(bytes: 1)))
    case 0x8B: stack.append(try cursor.long(cursor.count(bytes: 4)))
    case UInt8(ascii: "X"): stack.append(.string(try cursor.text(cursor.count(bytes: 4))))
    case 0x8C: stack.append(.string(try cursor.text(cursor.count(bytes: 1))))
    case 0x8D: stack.append(.string(try cursor.text(cursor.count(bytes: 8))))
    // These are Python 2's strings.
    case UInt8(ascii: "T"): stack.append(.string(try cursor.text(cursor.count(bytes: 4))))
    case UInt8(ascii: "U"): stack.append(.string(try cursor.text(cursor.count(bytes: 1))))
    case UInt8(ascii: "B"): stack.append(.bytes(try cursor.take(cursor.count(bytes: 4))))
    case UInt8(ascii: "C"): stack.append(.bytes(try cursor.take(cursor.count(bytes: 1))))
    case 0x8E, 0x96: stack.append(.bytes(try cursor.take(cursor.count(bytes: 8))))
    case 0x98: break  // READONLY_BUFFER
    case UInt8(ascii: "]"): push(list: [])
    case UInt8(ascii: "}"): push(dictionary: [])
    case 0x8F: push(set: [])
    case UInt8(ascii: ")"): push(tuple: [])
    case UInt8(ascii: "t"): push(tuple: try popToMark())
    case 0x85: push(tuple: try pop(1))
    case 0x86: push(tuple: try pop(2))
    case 0x87: push(tuple: try pop(3))
    case 0x91: push(set: try popToMark())  // FROZENSET
    case UInt8(ascii: "a"): try append(try pop(1))
    case UInt8(ascii: "e"): try append(try popToMark())
    case 0x90: try insert(try popToMark())
    case UInt8(ascii: "s"): try set(try pop(2))
    case UInt8(ascii: "u"): try set(try popToMark())
    case UInt8(ascii: "h"): stack.append(try recall(cursor.integer(1)))
    case UInt8(ascii: "j"): stack.append(try recall(cursor.integer(4)))
    case UInt8(ascii: "q"): memo[Int(try cursor.integer(1))] = try top()
    case UInt8(ascii: "r"): memo[Int(try cursor.integer(4))] = try top()
    case 0x94: memo[memo.count] = try top()
    case UInt8(ascii: "c"): stack.append(try global(module: cursor.line(), name: cursor.line()))
    case 0x93:
      let names = try pop(2)
      guard case .string(let module) = names[0], case .string(let name) = names[1] else {
        throw fail("a function is named by \(names[0].kind) and \(names[1].kind)")
      }
      stack.append(try global(module: module, name: name))
    case UInt8(ascii: "R"):
      let call = try pop(2)
      stack.append(try self.call(call[0], arguments: call[1]))
    case 0x81:  // NEWOBJ
      let call = try pop(2)
      stack.append(try new(call[0], arguments: call[1]))
    case 0x92:  // NEWOBJ_EX
      let call = try pop(3)
      let object = try new(call[0], arguments: call[1])
      stack.append(try build(object, state: call[2]))
    case UInt8(ascii: "b"):
      let pair = try pop(2)
      stack.append(try build(pair[0], state: pair[1]))
    case UInt8(ascii: "Q"): stack.append(try persistent(try pop()))
    default:
      let code = String(opcode, radix: 16)
      throw fail("operation 0x\(code), which no checkpoint of tensors needs")
    }
  }

  // MARK: Stack

  /// The number of values above the last mark.
  private var available: Int { stack.count - (marks.last ?? 0) }

  private func top() throws -> PickleNode {
    guard available > 0, let value = stack.last else { throw fail("takes a value from an empty stack") }
    return value
  }

  private mutating func pop() throws -> PickleNode {
    let value = try top()
    stack.removeLast()
    return value
  }

  private mutating func pop(_ count: Int) throws -> [PickleNode] {
    guard available >= count else { throw fail("takes a value from an empty stack") }
    let values = Array(stack.suffix(count))
    stack.removeLast(count)
    return values
  }

  private mutating func popToMark() throws -> [PickleNode] {
    guard let height = marks.popLast() else { throw fail("ends a group that was not begun") }
    let values = Array(stack[height...])
    stack.removeLast(values.count)
    return values
  }

  /// What POP does: drops a value, or a mark right on top.
  private mutating func drop() throws {
    if marks.last == stack.count {
      marks.removeLast()
    } else {
      _ = try pop()
    }
  }

  private func recall(_ index: UInt64) throws -> PickleNode {
    guard let value = memo[Int(index)] else { throw fail("recalls value \(index), which was not kept") }
    return value
  }

  // MARK: Containers

  private mutating func push(list: [PickleNode]) {
    heap.lists.append(list)
    stack.append(.list(heap.lists.count - 1))
  }

  private mutating func push(tuple: [PickleNode]) {
    heap.tuples.append(tuple)
    stack.append(.tuple(heap.tuples.count - 1))
  }

  private mutating func push(set: [PickleNode]) {
    heap.sets.append(set)
    stack.append(.set(heap.sets.count - 1))
  }

  private mutating func push(dictionary: [(key: PickleNode, value: PickleNode)]) {
    heap.dictionaries.append(dictionary)
    stack.append(.dictionary(heap.dictionaries.count - 1))
  }

  private mutating func append(_ values: [PickleNode]) throws {
    switch try top() {
    case .list(let index): heap.lists[index] += values
    case .object(let index): heap.objects[index].elements += values
    case let other: throw fail("appends to \(other.kind)")
    }
  }

  private mutating func insert(_ values: [PickleNode]) throws {
    switch try top() {
    case .set(let index): heap.sets[index] += values
    case .object(let index): heap.objects[index].elements += values
    case let other: throw fail("inserts into \(other.kind)")
    }
  }

  private mutating func set(_ values: [PickleNode]) throws {
    let target = try top()
    guard values.count % 2 == 0 else { throw fail("a key without its value") }
    for pair in stride(from: 0, to: values.count, by: 2) {
      switch target {
      case .dictionary(let index): heap.dictionaries[index].append((values[pair], values[pair + 1]))
      case .object(let index): heap.objects[index].items.append((values[pair], values[pair + 1]))
      default: throw fail("sets an item of \(target.kind)")
      }
    }
    if case .dictionary = target { return }
    guard case .object = target else { throw fail("sets an item of \(target.kind)") }
  }

  mutating func global(module: String, name: String) throws -> PickleNode {
    let full = module + "." + name
    if let known = globalNumbers[full] { return .global(known) }
    guard !PickleProgram.contains(module: module, name: name) else {
      throw DamagedFile.pyTorch(
        file: file,
        reason:
          "it asks for \(ForeignText.quoted(full)), which runs programs or opens files: this is no checkpoint but"
          + " an attack on those who load it in Python; nothing was run")
    }
    heap.globals.append(.init(meaning: PickleGlobal(module: module, name: name), name: full))
    globalNumbers[full] = heap.globals.count - 1
    return .global(heap.globals.count - 1)
  }
}
