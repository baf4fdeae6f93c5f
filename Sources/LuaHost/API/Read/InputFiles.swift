import Foundation
import Support

/// The part of Lua's `io` that reads. Files lie where ``ReadModule`` finds them, and are read whole when they are opened.
enum InputFiles {
  /// What environments have in their table `io`.
  static let functions: [FunctionEntry] = [open, lines, type].map { entry in
    var entry = entry
    entry.qualifiedName = "io." + entry.name
    return entry
  }

  /// What functions that read take for each value.
  static let formats = ArgumentKey<[LuaValue]>(
    .rest(
      "formats", .either([.integer, .choice(["l", "L", "a", "n", "*l", "*L", "*a", "*n"])]),
      "what to read: \"l\" a line (the default), \"L\" one with its end, \"a\" the rest, \"n\" a number, or so many bytes"
    ))

  private static let mode = ArgumentKey<String>(
    "mode", default: "r", "\"r\" or \"rb\": nothing is written")

  private static let open = FunctionEntry(
    "open", "Opens a file to be read.", [ReadModule.file, mode],
    returns: "file, or nil, what is wrong and its number",
    example: "local file = io.open(\"notes.txt\")  if file then print(file:read(\"a\")) file:close() end",
    discussion: """
      The file is found and may lie where gfnet.read says, and is read whole. Lines end with LF, CR LF or CR, and \
      \"L\" ends them with LF.
      """, touches: [.readFiles]
  ) { call in
    let mode = try call[Self.mode]
    guard mode == "r" || mode == "rb" else {
      throw LuaError(
        "\(call.place(Self.mode)) must be \"r\" or \"rb\", got \(LuaValue.string(mode).described): files are made by "
          + "gfnet.tensor.save and the :save of models, traces and figures")
    }
    do {
      return LuaResults(Pushed(try InputFileHandle(reading: call)))
    } catch let error as FileError {
      return LuaResults(LuaValue.nil, error.description, Int(error.code))
    } catch let error as LuaError where error.underlying is FileAccess.Refused {
      return LuaResults(LuaValue.nil, error.message, Int(EACCES))
    }
  }

  private static let lines = FunctionEntry(
    "lines", "Goes through a file: for line in io.lines(file) do … end.", [ReadModule.file, formats],
    returns: "function: the next line at each call, nil at the end",
    example: "for line in io.lines(\"notes.txt\") do print(line) end", touches: [.readFiles]
  ) { call in
    FileIterator(file: try InputFileHandle(reading: call), formats: try call[formats])
  }

  private static let value = ArgumentKey<LuaValue>("value", "what may be a file")

  private static let type = FunctionEntry(
    "type", "Says whether a value is an open file.", [value],
    returns: "string, or nil: \"file\", \"closed file\"",
    example: "print(io.type(io.open(\"notes.txt\")))"
  ) { call -> LuaValue in
    guard case .object(let object) = try call[value], let file = object.value(as: InputFileHandle.self) else {
      return .nil
    }
    return .string(file.isClosed ? "closed file" : "file")
  }
}
