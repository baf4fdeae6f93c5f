import Backbones

/// The class `layer`.
enum LayerClass {
  private static let channels = ArgumentKey<Int>("channels", "channels of the input", in: 1...65536)
  private static let height = ArgumentKey<Int>("height", "rows of the input", in: 1...65536)
  private static let width = ArgumentKey<Int>("width", "columns of the input", in: 1...65536)

  static let entry = LuaClass<ComposedLayer>(
    ComposedLayer.className, "A layer, or several composed.",
    methods: [
      .init(
        "size", "The size of the result for an input of this size.", [channels, height, width],
        returns: "list of integers: channels, height, width",
        example: "gfnet.nn.conv(3, 16, {stride = 2}):size(3, 48, 48)"
      ) { layer, call in
        let size = try layer.description.size(
          for: MapSize(channels: call[channels], height: call[height], width: call[width]))
        return [size.channels, size.height, size.width]
      }
    ],
    describe: { shortened($0.description.description) }
  ).entry

  /// One line about layers; that of a network of thousands of layers is cut.
  static func shortened(_ text: String) -> String {
    text.count > 2000 ? text.prefix(2000) + "…" : text
  }
}

extension ComposedLayer: ObjectArgument {
  public static var className: String { "layer" }
}
