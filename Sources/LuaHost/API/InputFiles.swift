import CLuaBridge
import Support

/// The part of Lua's `io` that reads. Files lie where ``ReadModule`` finds them, and are read whole when they are opened.
enum InputFiles {
  /// What environments have in their table `io`.
  static let functions: [FunctionEntry] = [open, lines].map { entry in
    var entry = entry
    entry.qualifiedName = "io." + entry.name
    return entry
  }

  private static let formats = Parameter.rest(
    "formats", .either([.integer, .choice(["l", "L", "a", "n", "*l", "*L", "*a", "*n"])]),
    "what to read: \"l\" a line (the default), \"L\" one with its end, \"a\" the rest, \"n\" a number, or so many bytes"
  )

  private static let open = FunctionEntry(
    "open", "Opens a file to be read.",
    [ReadModule.file, Parameter("mode", .string, default: "r", "\"r\" or \"rb\": nothing is written")],
    returns: "file, or nil, what is wrong and its number",
    example: "local file = io.open(\"notes.txt\")  if file then print(file:read(\"a\")) file:close() end",
    discussion: """
      The file is found and may lie where gfnet.read says, and is read whole. Lines end with LF, CR LF or CR, and \
      \"L\" ends them with LF.
      """, touches: [.readFiles]
  ) { call in
    let mode = try call.string("mode")
    guard mode == "r" || mode == "rb" else {
      throw LuaError(
        "\(call.place("mode")) must be \"r\" or \"rb\", got \(LuaValue.string(mode).described): files are made by "
          + "gfnet.tensor.save and the :save of models, traces and figures")
    }
    do {
      return LuaResults(Pushed(try OpenFile(reading: call)))
    } catch let error as FileError {
      return LuaResults(LuaValue.nil, error.description, Int(error.code))
    }
  }

  private static let lines = FunctionEntry(
    "lines", "Goes through a file: for line in io.lines(file) do … end.", [ReadModule.file, formats],
    returns: "function: the next line at each call, nil at the end",
    example: "for line in io.lines(\"notes.txt\") do print(line) end", touches: [.readFiles]
  ) { call in
    Iterator(file: try OpenFile(reading: call), formats: try call.rest())
  }

  static let file = LuaClass<OpenFile>(
    "file", "A file that io.open has opened to be read.",
    methods: [
      .init(
        "read", "Reads on; nil at the end of the file.", [formats],
        returns: "string or number for each format",
        example: "local number, line = io.open(\"notes.txt\"):read(\"n\", \"l\")"
      ) { file, call in
        LuaResults(try file.read(call.rest()).map { $0 as any LuaPushable })
      },
      .init(
        "lines", "Goes through the rest of the file.", [formats],
        returns: "function: what :read gives, at each call",
        example: "for line in io.open(\"notes.txt\"):lines() do print(line) end"
      ) { file, call in
        Iterator(file: file, formats: try call.rest())
      },
      .init(
        "seek", "Goes to a place in the file.",
        [
          Parameter(
            "whence", .choice(["set", "cur", "end"]), default: "cur", "where the offset counts from"),
          Parameter("offset", .integer, default: 0, "in bytes"),
        ],
        returns: "integer: bytes before the place, or nil and what is wrong",
        example: "local bytes = io.open(\"notes.txt\"):seek(\"end\")"
      ) { file, call in
        guard let place = try file.seek(call.string("whence"), call.integer("offset")) else {
          return LuaResults(LuaValue.nil, "Invalid argument", 22)
        }
        return LuaResults(place)
      },
      .init("close", "Closes the file.", returns: "true", example: "io.open(\"notes.txt\"):close()") {
        file, _ in
        try file.close()
        return true
      },
    ],
    describe: { $0.description }, sample: "io.open(\"notes.txt\")"
  ).entry

  /// The function that a loop calls.
  private struct Iterator: LuaPushable {
    let file: OpenFile
    let formats: [LuaValue]

    func push(onto stack: LuaStack) {
      stack.push { stack in
        let results = try file.read(formats)
        try stack.reserve(results.count)
        for result in results { try result.push(onto: stack) }
        return Int32(results.count)
      }
    }
  }
}

extension InputFiles {
  /// What a script has opened.
  final class OpenFile: HoldsMemory {
    private let name: String
    private var bytes: [UInt8]
    /// Bytes before what is read next.
    private var place = 0
    private var isClosed = false

    /// The argument `file` of a call.
    init(reading call: LuaCall) throws {
      let (bytes, path) = try ReadModule.bytes(call)
      name = path.shown
      self.bytes = bytes
    }

    var heldBytes: Int { bytes.count }

    var description: String { isClosed ? "file (closed)" : "file (\(name))" }

    func close() throws {
      try requireOpen()
      isClosed = true
      bytes = []
    }

    private func requireOpen() throws {
      if isClosed { throw LuaError("the file \(name) is closed") }
    }

    /// The new place; nil where there is none.
    func seek(_ whence: String, _ offset: Int) throws -> Int? {
      try requireOpen()
      let start = whence == "set" ? 0 : whence == "end" ? bytes.count : place
      let (target, overflows) = start.addingReportingOverflow(offset)
      guard !overflows, target >= 0 else { return nil }
      place = target
      return target
    }

    /// A value for each format, up to the first that there is none for, which is nil.
    func read(_ formats: [LuaValue]) throws -> [LuaValue] {
      try requireOpen()
      var values: [LuaValue] = []
      for format in formats.isEmpty ? [.string("l")] : formats {
        let value = try next(format)
        values.append(value)
        if value.isNil { break }
      }
      return values
    }

    private func next(_ format: LuaValue) throws -> LuaValue {
      if let count = format.asInteger {
        guard count >= 0 else {
          throw LuaError("file:read: a number of bytes must not be negative, got \(count)")
        }
        guard place < bytes.count else { return .nil }
        return take(min(count, bytes.count - place))
      }
      switch format.asString?.drop(while: { $0 == "*" }) {
      case "a": return take(max(bytes.count - place, 0))
      case "n": return number()
      case "L": return line(keepsEnd: true)
      default: return line(keepsEnd: false)
      }
    }

    private func take(_ count: Int) -> LuaValue {
      guard count > 0 else { return .string("") }
      defer { place += count }
      return .bytes(Array(bytes[place..<place + count]))
    }

    private func line(keepsEnd: Bool) -> LuaValue {
      if place == 0, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
      guard place < bytes.count else { return .nil }
      let rest = bytes[place...]
      let end = rest.firstIndex { $0 == 10 || $0 == 13 } ?? bytes.count
      var line = Array(bytes[place..<end])
      place = end
      if end < bytes.count {
        place += bytes[end] == 13 && end + 1 < bytes.count && bytes[end + 1] == 10 ? 2 : 1
        if keepsEnd { line.append(10) }
      }
      return .bytes(line)
    }

    /// The longest text that can begin a number of Lua, as Lua reads it; nil where it is none.
    private func number() -> LuaValue {
      while place < bytes.count, Self.isBlank(bytes[place]) { place += 1 }
      var text: [UInt8] = []
      func accept(_ signs: StaticString) -> Bool {
        guard place < bytes.count, text.count < 200 else { return false }
        let isOne = signs.withUTF8Buffer { $0.contains(bytes[place]) }
        if isOne {
          text.append(bytes[place])
          place += 1
        }
        return isOne
      }
      func acceptDigits(_ digits: StaticString) { while accept(digits) {} }
      _ = accept("+-")
      let isHexadecimal = accept("0") && accept("xX")
      let digits: StaticString = isHexadecimal ? "0123456789abcdefABCDEF" : "0123456789"
      acceptDigits(digits)
      if accept(".") { acceptDigits(digits) }
      if accept(isHexadecimal ? "pP" : "eE") {
        _ = accept("+-")
        acceptDigits("0123456789")
      }
      return LuaNumberText.parsed(String(decoding: text, as: UTF8.self))
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || 9...13 ~= byte }
  }
}
