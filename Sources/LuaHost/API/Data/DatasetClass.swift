import Support
import Tensor
import Vision

/// The class `dataset`.
enum DatasetClass {
  private static let places = ArgumentKey<[Int]>("places", "numbers of images or clips, from 1")

  static let entry = LuaClass<DatasetHandle>(
    DatasetHandle.className,
    "Labelled images or clips: #d of them, d[i] is {image=, label=, name=} or {clip=, label=, name=}.",
    discussion: """
      image is a tensor of channels × height × width with values from 0 to 1; label is the class, from 1, or nil \
      where it is not known. Of a data set of clips, d[i] has clip instead of image: its frames, frames × channels × \
      height × width.
      """,
    properties: [
      .init("name", "string", "the name it is opened by", get: { data, _ in data.images.name }),
      .init("split", "string", "its part, such as train or test", get: { data, _ in data.images.split }),
      .init("classes", "integer", "number of classes", get: { data, _ in data.images.classes }),
      .init(
        "labels", "list of strings", "the names of the classes",
        get: { data, _ in data.images.labelNames.map { LuaValue.bytes($0.bytes) } }),
      .init(
        "frames", "integer", "pictures of an item: 1 of images, more of clips",
        get: { data, _ in data.images.frames }),
      .init(
        "frame_parts", "list of integers",
        "the same by what was sampled for itself, as {8, 12} of segments = {8, 12}; else one number",
        get: { data, _ in data.images.frameParts }),
      .init(
        "views", "integer",
        "items in a row that show one video, whose answers are averaged; 1 where each stands for itself",
        get: { data, _ in data.images.views }),
      .init("channels", "integer", "1 for grey, 3 for colour", get: { data, _ in data.images.channels }),
      .init(
        "height", "integer", "of the pictures in pixels", get: { data, _ in data.images.imageSize.height }),
      .init("width", "integer", "of the pictures in pixels", get: { data, _ in data.images.imageSize.width }),
      .init(
        "damaged", "list of {image=, reason=}",
        "images that could not be read so far and were left out; of clips {clip=, reason=}",
        get: { data, _ in
          (data.images.damaged?.all ?? []).map {
            LuaFields([data.images.itemNoun: $0.index + 1, "reason": $0.reason])
          }
        }),
    ],
    methods: [
      .init(
        "subset", "The images or clips at some places, in that order.", [places], returns: "dataset",
        example: "gfnet.dataset(\"clutter-fashion\", {split = \"test\"}):subset{1, 5, 9}"
      ) { data, call in
        let images = try data.images.subset(call[places].map { $0 &- 1 })
        return Pushed(DatasetHandle(images, normalization: data.normalization))
      },
      DatasetBatches.method,
      ViewOptions.method,
    ],
    describe: { $0.description },
    index: { data, stack in
      let key = try stack.value(at: 2)
      guard let number = key.asInteger, (1...data.images.count).contains(number) else {
        throw LuaError(
          "\(data.images.name) has no \(data.images.itemNoun) \(key.described), expected a whole number from 1 to \(data.images.count)"
        )
      }
      let (images, index) = (data.images, number - 1)
      let pictures = try Tensor.levels(
        images.item(at: index), leading: images.frames == 1 ? [] : [images.frames],
        imageSize: images.imageSize, channels: images.channels)
      try LuaFields([
        images.itemNoun: pictures,
        "label": data.images.knowsLabels ? data.images.label(at: index) + 1 : nil,
        "name": data.images.itemPath(at: index),
      ]).push(onto: stack)
    },
    count: { $0.images.count }
  ).entry
}
