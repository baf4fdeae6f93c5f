import Support
import Tensor
import Vision

/// The options that say how pictures become images of one size, shared by `gfnet.dataset` and `gfnet.image`.
enum PictureOptions {
  static let parameters: [Parameter] = [
    .optional(
      "resize", .either([.integer, .list(.integer)]),
      "the shorter side after resizing, or {height, width}; default: crop / 0.875"),
    .optional(
      "crop", .either([.integer, .list(.integer)]), "side of the centre that is kept, or {height, width}"),
    .optional(
      "interpolation", .choice(ResampleFilter.allCases.map(\.rawValue)), "of the resize; default: bilinear"),
  ]

  /// The share of the resized shorter side that ImageNet's evaluation keeps.
  private static let cropRatio = 0.875

  /// - Parameter defaultCrop: the side of the crop when none is given.
  static func transform(_ call: LuaCall, defaultCrop: Int, augments: Bool = false) throws -> ImageTransform {
    let filter = try ResampleFilter(rawValue: call.optionalString("interpolation") ?? "") ?? .bilinear
    let given = try sides(call, "resize")
    let crop = try sides(call, "crop").map { ($0[0], $0[$0.count - 1]) }
    let resize: ImageTransform.Resize
    switch given {
    case .some(let sides) where sides.count == 2: resize = .exact(height: sides[0], width: sides[1])
    case .some(let sides): resize = .shorterSide(sides[0])
    case nil:
      resize = .shorterSide(
        Int(clamping: (Double(max(crop?.0 ?? defaultCrop, crop?.1 ?? 0)) / cropRatio).rounded(.down)))
    }
    // Pictures that were resized to a height and a width need no crop.
    var size = crop ?? (defaultCrop, defaultCrop)
    if crop == nil, let given { size = (given[0], given[given.count - 1]) }
    return try ImageTransform(
      resize: resize, crop: size, filter: filter, augmentation: augments ? .init() : nil)
  }

  /// One or two whole numbers.
  private static func sides(_ call: LuaCall, _ name: String) throws -> [Int]? {
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

/// `gfnet.image`.
enum PictureFunctions {
  static let functions = [image]

  private static let image = FunctionEntry(
    "image", "Reads a picture from a file: JPEG, PNG, WebP, GIF, BMP, TIFF or Netpbm (PPM, PGM, PBM).",
    [Parameter("file", .string, "its path"), .options(PictureOptions.parameters)],
    returns: "tensor: 3 × height × width, values from 0 to 1",
    example: "local photo = gfnet.image(\"photo.png\", {resize = 256, crop = 224})",
    discussion: """
      Without options the picture keeps its size. With resize or crop it is prepared as the data set "folder" \
      does, with the values that Pillow and torchvision give. Alpha is dropped; the first frame of an animation is \
      read.
      """, touches: [.readFiles]
  ) { call in
    var picture = try ImageDecoder.decode(contentsOf: call.inputPath("file"))
    let isPrepared = try call.has("resize") || call.has("crop")
    if isPrepared {
      picture = try PictureOptions.transform(call, defaultCrop: 224)
        .apply(picture, CounterRandom(seed: 0, stream: "picture"))
    } else if try call.has("interpolation") {
      throw LuaError("gfnet.image: the option 'interpolation' needs 'resize' or 'crop'")
    }
    return try tensor(picture)
  }

  /// 3×H×W in [0, 1].
  static func tensor(_ picture: RGBImage) throws -> Tensor {
    let plane = picture.width * picture.height
    let result = try Tensor.emptyRowMajor([3, picture.height, picture.width])
    let target = result.pointer
    picture.pixels.withUnsafeBufferPointer { pixels in
      for channel in 0..<3 {
        for i in 0..<plane { target[channel * plane + i] = Float(pixels[3 * i + channel]) / 255 }
      }
    }
    return result
  }
}

/// Tells the user about pictures that were left out.
enum DamageNote {
  /// How many are named in the line.
  private static let named = 3

  /// Runs `body`, then writes one line if it met images that cannot be read for the first time.
  static func telling<Result>(
    _ images: any ImageDataset, _ context: HostContext, _ body: () throws -> Result
  ) rethrows -> Result {
    let known = Set(images.damaged?.all.map(\.index) ?? [])
    defer {
      let new = (images.damaged?.all ?? []).filter { !known.contains($0.index) }
      if !new.isEmpty {
        let reasons = new.prefix(named).map(\.reason).joined(separator: "; ")
        let rest = new.count > named ? "; and \(new.count - named) more, see data.damaged" : ""
        context.note(
          "\(new.count) of \(images.count) images cannot be read and were left out: \(reasons)\(rest)")
      }
    }
    return try body()
  }
}
