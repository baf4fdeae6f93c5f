import GlanceFocus

/// The class `stream`.
enum StreamClass {
  static let entry = LuaClass<StreamHandle>(
    "stream", "Answers of model:stream, to be gone through by for.",
    discussion:
      "stream() is the next result, nil after the last. The totals are those of the results so far.",
    properties: [
      .init("images", "integer", "images answered so far", get: { it, _ in it.stream.totals.images }),
      .init(
        "accuracy", "number", "percent of right answers so far; nil without labels",
        get: { it, _ in it.stream.totals.accuracy.map(Percent.of) }),
      .init(
        "madds", "number", "mean Multiply-Adds per image so far", get: { it, _ in it.stream.totals.madds }),
      .init(
        "exits", "list of integers", "images that left after step 1, 2, … so far",
        get: { it, _ in it.stream.totals.exits }),
      .init(
        "seconds", "number", "since the stream was made, up to its end",
        get: { it, _ in it.stream.seconds }),
      .init(
        "late", "integer", "images answered after their deadline", get: { it, _ in it.stream.late }),
      .init(
        "capacity", "integer", "images in memory at most, from the oldest not yet taken to the newest",
        get: { it, _ in it.stream.capacity }),
      .init(
        "pixel_bytes", "integer", "memory for their decoded pixels in bytes",
        get: { it, _ in it.stream.pixelBytes }),
    ],
    operators: [
      .init("__call", "the next result; nil after the last") { stack in
        let handle = try stack.requireObject(at: 1, as: StreamHandle.self, in: "stream")
        return try handle.next(stack.state.context)
      }
    ],
    describe: { it in
      let totals = it.stream.totals
      return "stream: \(totals.images) images answered, exits "
        + totals.exits.map(String.init).joined(separator: " / ")
    }
  ).entry
}
