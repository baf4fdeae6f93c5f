/// The class `file`: what `io.open` gives.
enum InputFileClass {
  private static let whence = ArgumentKey<InputFileHandle.Whence>(
    "whence", default: .current, "where the offset counts from")
  private static let offset = ArgumentKey<Int>("offset", default: 0, "in bytes")

  static let entry = LuaClass<InputFileHandle>(
    "file", "A file that io.open has opened to be read.",
    methods: [
      .init(
        "read", "Reads on; nil at the end of the file.", [InputFiles.formats],
        returns: "string or number for each format",
        example: "local number, line = io.open(\"notes.txt\"):read(\"n\", \"l\")"
      ) { file, call in
        LuaResults(try file.read(call[InputFiles.formats]).map { $0 as any LuaPushable })
      },
      .init(
        "lines", "Goes through the rest of the file.", [InputFiles.formats],
        returns: "function: what :read gives, at each call",
        example: "for line in io.open(\"notes.txt\"):lines() do print(line) end"
      ) { file, call in
        FileIterator(file: file, formats: try call[InputFiles.formats])
      },
      .init(
        "seek", "Goes to a place in the file.", [whence, offset],
        returns: "integer: bytes before the place, or nil and what is wrong",
        example: "local bytes = io.open(\"notes.txt\"):seek(\"end\")"
      ) { file, call in
        guard let place = try file.seek(call[whence], call[offset]) else {
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
}
