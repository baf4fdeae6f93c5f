import Compute
import Support
import Vision

/// One epoch of a data set in Lua: called, it gives the next batch.
final class BatchesHandle: HoldsMemory {
  private let loader: BatchLoader
  /// Nil until the first batch is asked for: a script that only counts them prepares none.
  private var stream: BatchStream?
  /// What was told of damaged files, from before the first batch on.
  private var note: DamageNote?
  /// The number of batches in all.
  var count: Int { loader.batchesPerEpoch }
  let size: Int
  let epoch: Int
  /// What messages call an item.
  var noun: String { loader.dataset.itemNoun }

  init(_ loader: BatchLoader, epoch: Int) {
    self.loader = loader
    self.epoch = epoch
    size = loader.batchSize
  }

  /// What the loader's threads prepare ahead.
  var heldBytes: Int { (loader.ahead + 1) * loader.batchSize * loader.dataset.itemBytes }

  /// The next batch of which damaged files left enough; nil after the last.
  func next(_ context: HostContext) throws -> ImageBatchHandle? {
    // Threads prepare batches ahead, so what was damaged may be known long before its batch is asked for.
    var note = note ?? DamageNote(loader.dataset)
    defer {
      note.tell(context)
      self.note = note
    }
    let stream = try stream ?? loader.epoch(epoch)
    self.stream = stream
    while let batch = try stream.next() {
      if loader.isEnough(batch) { return ImageBatchHandle(batch, knowsLabels: loader.dataset.knowsLabels) }
    }
    return nil
  }
}

/// `dataset:batches` and the class `batches`.
enum DatasetBatches {
  private static let size = ArgumentKey<Int>(
    "size", default: 128, "most images or clips of a batch", in: 1...65536)
  private static let shuffle = ArgumentKey<Bool>(
    "shuffle", default: false, "in random order, another one in each epoch, as training does")
  private static let seed = ArgumentKey<UInt64>.seed(of: "the order")
  private static let epoch = ArgumentKey<Int>(
    "epoch", default: 1,
    "which pass over the data set this is, from 1: it decides the order, and the images of sets that draw new ones each"
      + " epoch, as augmentation does", in: 1...1e9)
  private static let even = ArgumentKey<Bool>(
    "even", default: true,
    "as few batches as size allows, which are as large as each other, as training does (of an odd number in pairs, one"
      + " has three); false: the last is what the others leave")

  private static let sample =
    "local data = gfnet.dataset(\"clutter-fashion\", {split = \"train\", limit = 12})"

  static var method: LuaMethod<DatasetHandle> {
    LuaMethod<DatasetHandle>(
      "batches", "The images or clips of an epoch in batches: for batch in data:batches{…} do … end.",
      [.options([size, shuffle, seed, epoch, even])], returns: "batches",
      example: """
        \(sample)  for batch in data:batches{size = 4, shuffle = true, seed = 1} do print(batch.images, batch.labels) end
        """,
      discussion: """
        With shuffle = true, seed and size as gfnet.train has them (seed, batch), and epoch = first_epoch + 1, + 2, …, these \
        are the batches that it trains on, to the last pixel. They are prepared on threads of their own, ahead of their use. \
        Damaged pictures are left out as in training, and so are batches of which they leave less than two.
        """, mayTouch: [.readFiles]
    ) { data, call in
      let images = data.images
      let size = try call[Self.size]
      // Even batches have two images at least.
      let loader = try BatchLoader(
        images, batchSize: size, order: call[shuffle] ? .shuffled(seed: call[seed]) : .sequential,
        evenly: call[even] && size > 1, threads: min(images.loaderThreads, ThreadTeam.size))
      return Pushed(BatchesHandle(loader, epoch: try call[epoch] - 1))
    }
  }

  static let entry = LuaClass<BatchesHandle>(
    "batches", "The batches of dataset:batches, to be gone through by for: #batches of them.",
    discussion: """
      batches() is the next batch, an image_batch, nil after the last. A loop that is left early prepares a few batches more \
      than it takes; batches:free() ends that.
      """, freeable: true,
    properties: [
      .init("size", "integer", "most images or clips of a batch") { it, _ in it.size },
      .init("epoch", "integer", "of the data set, from 1") { it, _ in it.epoch + 1 },
    ],
    operators: [
      .init("__call", "the next batch; nil after the last") { stack in
        let handle = try stack.requireObject(at: 1, as: BatchesHandle.self, in: "batches")
        return try handle.next(stack.state.context).map { Pushed($0) }
      }
    ],
    describe: { "\($0.count) batch\($0.count == 1 ? "" : "es") of up to \($0.size) \($0.noun)s" },
    count: { $0.count }, sample: "gfnet.dataset(\"clutter-fashion\", {limit = 4}):batches{}"
  ).entry
}
