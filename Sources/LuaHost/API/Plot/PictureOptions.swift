import Vision

/// The options that say how pictures become images of one size, shared by `gfnet.dataset` and `gfnet.image`.
enum PictureOptions {
  private static let resize = sides(
    "resize", "the shorter side after resizing, or {height, width}; default: crop / 0.875")
  private static let crop = sides("crop", "side of the centre that is kept, or {height, width}")
  static let interpolation = ArgumentKey<ResampleFilter>(
    "interpolation", "of the resize; default: bilinear"
  ).optional

  static let parameters: [any ArgumentRow] = [resize, crop, interpolation]

  /// The share of the resized shorter side that ImageNet's evaluation keeps.
  private static let cropRatio = 0.875

  /// How the options of a call change pictures.
  /// - Parameter defaultCrop: the side of the crop when none is given.
  static func transform(_ call: LuaCall, defaultCrop: Int, augments: Bool = false) throws -> ImageTransform {
    let filter = try call[interpolation] ?? .bilinear
    let given = try call[resize]
    let kept = try call[crop].map { ($0[0], $0[$0.count - 1]) }
    let resizing: ImageTransform.Resize
    switch given {
    case .some(let sides) where sides.count == 2: resizing = .exact(height: sides[0], width: sides[1])
    case .some(let sides): resizing = .shorterSide(sides[0])
    case nil:
      resizing = .shorterSide(
        Int(clamping: (Double(max(kept?.0 ?? defaultCrop, kept?.1 ?? 0)) / cropRatio).rounded(.down)))
    }
    // Pictures that were resized to a height and a width need no crop.
    var size = kept ?? (defaultCrop, defaultCrop)
    if kept == nil, let given { size = (given[0], given[given.count - 1]) }
    return try ImageTransform(
      resize: resizing, crop: size, filter: filter, augmentation: augments ? .init() : nil)
  }

  /// Whether a call says how big its pictures are to be.
  static func giveSize(_ call: LuaCall) throws -> Bool { try call.has(resize) || call.has(crop) }

  /// A key that reads one side, or a height and a width; nil where it was left out.
  static func sides(_ name: String, _ summary: String) -> ArgumentKey<[Int]?> {
    ArgumentKey<[Int]?>(.optional(name, .either([.integer, .list(.integer)]), summary)) { call, name in
      let value = try call.value(name)
      if value.isNil { return nil }
      if let side = value.asInteger { return [side] }
      let sides = try call.integers(name)
      guard sides.count == 2 else {
        throw LuaError("\(call.place(name)) must be one side or {height, width}, got \(sides.count) numbers")
      }
      return sides
    }
  }
}
