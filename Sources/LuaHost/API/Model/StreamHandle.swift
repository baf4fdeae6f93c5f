import GlanceFocus
import Support

/// A stream of answers in Lua; called, it gives the next one.
final class StreamHandle {
  let stream: any AnswerStream
  private let model: ModelHandle
  /// The next answer as scripts see it; nil after the last.
  private let answer: (HostContext) throws -> LuaFields?
  /// Rule and sampler are asked again after this many answers, or at the end; then it is nil.
  private var check: AnswerCheck?
  private static let checkedAfter = 64

  init(
    _ stream: any AnswerStream, of model: ModelHandle, check: AnswerCheck,
    answer: @escaping (HostContext) throws -> LuaFields?
  ) {
    self.stream = stream
    self.model = model
    self.check = check
    self.answer = answer
  }

  func next(_ context: HostContext) throws -> LuaFields? {
    let fields = try model.running { try answer(context) }
    if fields == nil || stream.totals.images == Self.checkedAfter, let check {
      self.check = nil
      try check.tell()
    }
    return fields
  }
}
