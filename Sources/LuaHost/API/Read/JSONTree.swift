import Foundation
import Reports
import Support

/// JSON between Lua tables and the metadata of files.
///
/// Infinities and NaN, which thresholds hold and JSON does not know, are kept as the strings "inf", "-inf" and
/// "nan" and come back as numbers.
enum JSONTree {
  /// More levels than results need; a table that contains itself ends here.
  private static let deepest = 32

  /// Bytes of text that results may take; the header of a file, where they go, is read up to a similar size.
  private static let largest = 8 << 20

  /// A Lua value as JSON.
  ///
  /// - Parameter place: what errors name, such as `model:save: results`.
  static func json(_ value: LuaValue, _ place: String) throws -> JSONValue {
    var size = 0
    return try json(value, place, depth: 0, size: &size)
  }

  /// - Parameter size: bytes so far. A table may hold one table many times: what is written can be any number of
  ///   times what Lua holds.
  private static func json(_ value: LuaValue, _ place: String, depth: Int, size: inout Int) throws
    -> JSONValue
  {
    guard depth < deepest else {
      throw LuaError("\(place): tables are nested more than \(deepest) deep, or contain themselves")
    }
    size += 16 + (value.asString?.utf8.count ?? 0)
    guard size <= largest else {
      throw LuaError("\(place): more than \(largest >> 20) MB of values are too many to store")
    }
    switch value {
    case .nil: return .null
    case .boolean(let value): return .bool(value)
    case .integer(let value): return .integer(value)
    case .number(let value): return number(value)
    case .string(let value): return .string(value)
    case .bytes(let value): return .string(String(decoding: value, as: UTF8.self))
    case .table(let table): return try json(table, place, depth: depth, size: &size)
    case .function, .object:
      throw LuaError(
        "\(place): only numbers, strings, booleans and tables of them can be stored, got \(value.described)")
    }
  }

  /// A number as JSON.
  static func number(_ value: Double) -> JSONValue {
    value.isFinite ? .number(value) : .string(value.isNaN ? "nan" : value < 0 ? "-inf" : "inf")
  }

  private static func json(_ table: LuaTable, _ place: String, depth: Int, size: inout Int) throws
    -> JSONValue
  {
    try Cancellation.check()
    let pairs = try table.pairs()
    if pairs.isEmpty { return .array([]) }
    if try table.count() == pairs.count {
      return .array(
        try table.elements().enumerated().map {
          try json($1, "\(place)[\($0 + 1)]", depth: depth + 1, size: &size)
        })
    }
    return .object(
      try pairs.map { key, value in
        guard let name = key.asString else {
          throw LuaError(
            "\(place): a table to store is either a list without gaps or has names as keys, got the key \(key.described)"
          )
        }
        size += name.utf8.count
        return .init(name, try json(value, "\(place).\(name)", depth: depth + 1, size: &size))
      })
  }

  /// Lua's form of a JSON text; nil when it is not JSON.
  static func parse(_ text: String) -> Parsed? {
    try? JSONDecoder().decode(Parsed.self, from: Data(text.utf8))
  }

  /// Decoded JSON on its way to Lua.
  struct Parsed: Decodable, LuaPushable {
    private enum Content {
      case null
      case bool(Bool)
      case integer(Int)
      case number(Double)
      case string(String)
      case array([Parsed])
      case object([String: Parsed])
    }
    private let content: Content

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        content = .null
      } else if let value = try? container.decode(Bool.self) {
        content = .bool(value)
      } else if let value = try? container.decode(Int.self) {
        content = .integer(value)
      } else if let value = try? container.decode(Double.self) {
        content = .number(value)
      } else if let value = try? container.decode(String.self) {
        content = .string(value)
      } else if let value = try? container.decode([Parsed].self) {
        content = .array(value)
      } else {
        content = .object(try container.decode([String: Parsed].self))
      }
    }

    /// Whether this is a list or an object.
    var isContainer: Bool {
      switch content {
      case .array, .object: true
      default: false
      }
    }

    func push(onto stack: LuaStack) throws {
      try stack.reserve(3)
      switch content {
      case .null: stack.pushNil()
      case .bool(let value): stack.push(value)
      case .integer(let value): stack.push(value)
      case .number(let value): stack.push(value)
      case .string("inf"): stack.push(Double.infinity)
      case .string("-inf"): stack.push(-Double.infinity)
      case .string("nan"): stack.push(Double.nan)
      case .string(let value): stack.push(value)
      case .array(let values): try values.push(onto: stack)
      case .object(let fields):
        stack.pushTable(fields: fields.count)
        for (name, value) in fields {
          stack.push(name)
          try value.push(onto: stack)
          stack.rawSet(tableAt: -3)
        }
      }
    }
  }
}
