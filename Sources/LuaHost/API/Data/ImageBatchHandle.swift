import GlanceFocus
import Support
import Tensor
import Vision

/// A batch of a data set as scripts hold it.
final class ImageBatchHandle: HoldsMemory {
  let batch: Batch
  let knowsLabels: Bool
  private var made: Tensor?

  init(_ batch: Batch, knowsLabels: Bool) {
    self.batch = batch
    self.knowsLabels = knowsLabels
  }

  /// The 8-bit pixels; the tensor accounts for itself when it is pushed.
  var heldBytes: Int { batch.pixels.count }

  /// The images as numbers from 0 to 1, N×C×H×W; made when they are first asked for.
  func images() throws -> Tensor {
    if let made { return made }
    let images = try NetworkImages(batch).tensor()
    made = images
    return images
  }

  /// The classes, from 1; nil where the data set does not know them.
  func labels() throws -> Tensor? {
    knowsLabels ? try Tensor([batch.count], whole: batch.labels.map { $0 + 1 }) : nil
  }
}

/// The class `image_batch`.
enum ImageBatchClass {
  static let entry = LuaClass<ImageBatchHandle>(
    "image_batch", "Images of a data set that are used together: #batch of them.",
    discussion: """
      model:glance, model:crop, model:resize and the encoders take a batch as it is, which spares the way through \
      batch.images.
      """,
    properties: [
      .init("images", "tensor", "n × channels × height × width, values from 0 to 1") { it, _ in
        try it.images()
      },
      .init("labels", "tensor", "the classes, from 1, n; nil where they are not known") { it, _ in
        try it.labels()
      },
      .init("indices", "list of integers", "which images of the data set these are, from 1") { it, _ in
        it.batch.indices.map { $0 + 1 }
      },
      .init("number", "integer", "of the batch in its epoch, from 1") { it, _ in it.batch.number + 1 },
      .init("epoch", "integer", "of the data set, from 1") { it, _ in it.batch.epoch + 1 },
    ],
    describe: { "batch \($0.batch.number + 1) of \($0.batch.count) image\($0.batch.count == 1 ? "" : "s")" },
    count: { $0.batch.count }
  ).entry
}
