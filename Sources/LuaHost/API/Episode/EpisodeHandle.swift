import GlanceFocus
import Support
import Vision

/// An episode in Lua: called, it takes the next step; what it has answered so far is there as of `model:infer`.
final class EpisodeHandle: HoldsMemory {
  let stream: EpisodeStream
  let model: ModelHandle
  private let images: any ImageDataset
  private let classNames: [String]
  /// Rule and sampler are asked again at the end; then it is nil.
  private var check: AnswerCheck?
  /// The answers so far, in the order of the images.
  private(set) var results: [AdaptiveRunner.Result] = []
  private(set) var isOver = false

  init(
    _ stream: EpisodeStream, of model: ModelHandle, images: any ImageDataset, classNames: [String],
    check: AnswerCheck
  ) {
    self.stream = stream
    self.model = model
    self.images = images
    self.classNames = classNames
    self.check = check
  }

  var heldBytes: Int { stream.pixelBytes + images.heldBytes }

  /// Goes on to the next step; nil after the last.
  func next(_ context: HostContext) throws -> EpisodeStep? {
    guard !isOver else { return nil }
    let step = try DamageNote.telling(images, context) { try model.running { try stream.nextStep() } }
    results += stream.takeAnswers()
    guard step == nil else { return step }
    isOver = true
    if let check {
      self.check = nil
      try check.tell()
    }
    return nil
  }

  /// The result of the image that was answered as the `index`th, from 0.
  func result(_ index: Int) -> LuaFields {
    let result = results[index]
    return result.fields(source: images.itemPath(at: result.index), classNames: classNames)
  }
}

extension EpisodeHandle: ObjectArgument {
  static let className = "episode"
}
