import Support
import Tensor
import Vision

/// The class `dataset`.
enum DatasetClass {
  private static let places = ArgumentKey<[Int]>("places", "numbers of images, from 1")

  static let entry = LuaClass<DatasetHandle>(
    DatasetHandle.className, "Labelled images: #d of them, d[i] is {image=, label=, name=}.",
    discussion: """
      image is a tensor of channels × height × width with values from 0 to 1; label is the class, from 1, or nil \
      where it is not known.
      """,
    properties: [
      .init("name", "string", "the name it is opened by", get: { data, _ in data.images.name }),
      .init("split", "string", "its part, such as train or test", get: { data, _ in data.images.split }),
      .init("classes", "integer", "number of classes", get: { data, _ in data.images.classes }),
      .init(
        "labels", "list of strings", "the names of the classes",
        get: { data, _ in data.images.labelNames.map { LuaValue.bytes($0.bytes) } }),
      .init("channels", "integer", "1 for grey, 3 for colour", get: { data, _ in data.images.channels }),
      .init("height", "integer", "of the images in pixels", get: { data, _ in data.images.imageSize.height }),
      .init("width", "integer", "of the images in pixels", get: { data, _ in data.images.imageSize.width }),
      .init(
        "damaged", "list of {image=, reason=}", "pictures that could not be read so far and were left out",
        get: { data, _ in
          (data.images.damaged?.all ?? []).map { LuaFields(["image": $0.index + 1, "reason": $0.reason]) }
        }),
    ],
    methods: [
      .init(
        "subset", "The images at some places, in that order.", [places], returns: "dataset",
        example: "gfnet.dataset(\"clutter-fashion\", {split = \"test\"}):subset{1, 5, 9}"
      ) { data, call in
        let images = try data.images.subset(call[places].map { $0 &- 1 })
        return Pushed(DatasetHandle(images, normalization: data.normalization))
      },
      DatasetBatches.method,
    ],
    describe: { $0.description },
    index: { data, stack in
      let key = try stack.value(at: 2)
      guard let number = key.asInteger, (1...data.images.count).contains(number) else {
        throw LuaError(
          "\(data.images.name) has no image \(key.described), expected a whole number from 1 to \(data.images.count)"
        )
      }
      let index = number - 1
      try LuaFields([
        "image": try image(data.images, index),
        "label": data.images.knowsLabels ? data.images.label(at: index) + 1 : nil,
        "name": data.images.itemPath(at: index),
      ]).push(onto: stack)
    },
    count: { $0.images.count }
  ).entry

  /// An image as C×H×W in [0, 1].
  private static func image(_ images: any ImageDataset, _ index: Int) throws -> Tensor {
    let pixels = try images.image(at: index)
    let size = images.imageSize
    let channels = images.channels
    let plane = size.height * size.width
    let result = try Tensor.emptyRowMajor([channels, size.height, size.width])
    let target = result.pointer
    pixels.withUnsafeBufferPointer { pixels in
      for channel in 0..<channels {
        for i in 0..<plane { target[channel * plane + i] = Float(pixels[i * channels + channel]) / 255 }
      }
    }
    return result
  }
}
