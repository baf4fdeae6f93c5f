import GlanceFocus
import Support
import Tensor
import Vision

/// A batch of a data set as scripts hold it, of images or clips.
final class ImageBatchHandle: HoldsMemory {
  let batch: Batch
  let knowsLabels: Bool
  /// The pixels as numbers, once they were asked for.
  private var made: Tensor?

  init(_ batch: Batch, knowsLabels: Bool) {
    self.batch = batch
    self.knowsLabels = knowsLabels
  }

  /// The 8-bit pixels; the tensor accounts for itself when it is pushed.
  var heldBytes: Int { batch.pixels.count }

  /// The images as numbers from 0 to 1, N×C×H×W; made when they are first asked for. Nil for clips.
  func images() throws -> Tensor? {
    try batch.frames == 1 ? made(NetworkImages(batch).tensor()) : nil
  }

  /// The clips as numbers from 0 to 1, N×F×C×H×W; made when they are first asked for. Nil for images.
  func clips() throws -> Tensor? {
    guard batch.frames > 1 else { return nil }
    return try made(
      Tensor.levels(
        batch.pixels, leading: [batch.count, batch.frames], imageSize: batch.imageSize,
        channels: batch.channels))
  }

  private func made(_ make: @autoclosure () throws -> Tensor) rethrows -> Tensor {
    if let made { return made }
    let tensor = try make()
    made = tensor
    return tensor
  }

  /// The classes, from 1; nil where the data set does not know them.
  func labels() throws -> Tensor? {
    knowsLabels ? try Tensor([batch.count], whole: batch.labels.map { $0 + 1 }) : nil
  }
}

/// The class `image_batch`.
enum ImageBatchClass {
  static let entry = LuaClass<ImageBatchHandle>(
    "image_batch", "Images or clips of a data set that are used together: #batch of them.",
    discussion: """
      model:glance, model:crop, model:resize and the encoders take a batch of images as it is, which spares the way \
      through batch.images. For an encoder that knows nothing of frames, a batch of clips is so many images: \
      batch.clips:reshape{-1, channels, height, width}.
      """,
    properties: [
      .init("images", "tensor", "n × channels × height × width, values from 0 to 1; nil where they are clips")
      {
        it, _ in try it.images()
      },
      .init(
        "clips", "tensor",
        "n × frames × channels × height × width, values from 0 to 1; nil where they are images"
      ) { it, _ in try it.clips() },
      .init("frames", "integer", "pictures of an item: 1 of images") { it, _ in it.batch.frames },
      .init("labels", "tensor", "the classes, from 1, n; nil where they are not known") { it, _ in
        try it.labels()
      },
      .init("indices", "list of integers", "which images or clips of the data set these are, from 1") {
        it, _ in
        it.batch.indices.map { $0 + 1 }
      },
      .init("number", "integer", "of the batch in its epoch, from 1") { it, _ in it.batch.number + 1 },
      .init("epoch", "integer", "of the data set, from 1") { it, _ in it.batch.epoch + 1 },
    ],
    describe: { it in
      let noun = it.batch.frames == 1 ? "image" : "clip"
      return "batch \(it.batch.number + 1) of \(it.batch.count) \(noun)\(it.batch.count == 1 ? "" : "s")"
    },
    count: { $0.batch.count }
  ).entry
}
