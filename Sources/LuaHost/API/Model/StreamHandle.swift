import GlanceFocus
import Support
import Vision

/// A stream of answers in Lua; called, it gives the next one.
final class StreamHandle {
  let stream: EpisodeStream
  private let model: ModelHandle
  private let source: any ImageSource
  private let classNames: [String]
  /// Rule and sampler are asked again after this many answers, or at the end; then it is nil.
  private var check: AnswerCheck?
  private static let checkedAfter = 64

  init(
    _ stream: EpisodeStream, of model: ModelHandle, source: any ImageSource, classNames: [String],
    check: AnswerCheck
  ) {
    self.stream = stream
    self.model = model
    self.source = source
    self.classNames = classNames
    self.check = check
  }

  func next(_ context: HostContext) throws -> LuaFields? {
    let dataset = (source as? DatasetSource)?.dataset
    let result: AdaptiveRunner.Result?
    if let dataset {
      result = try DamageNote.telling(dataset, context) { try model.running { try stream.next() } }
    } else {
      result = try model.running { try stream.next() }
    }
    if result == nil || stream.totals.images == Self.checkedAfter, let check {
      self.check = nil
      try check.tell()
    }
    return result.map { result in
      let name =
        dataset.map { $0.itemPath(at: result.index % $0.count) } ?? FilePath(String(result.index + 1))
      return result.fields(source: name, classNames: classNames)
    }
  }
}
