import Support
import Tensor
import Vision

/// `gfnet.image`.
enum PictureFunctions {
  static let functions = [image]

  private static let file = ArgumentKey<FilePath>.inputPath("file", "its path")

  private static let image = FunctionEntry(
    "image", "Reads a picture from a file: JPEG, PNG, WebP, GIF, BMP, TIFF or Netpbm (PPM, PGM, PBM).",
    [file, .options(PictureOptions.parameters)],
    returns: "tensor: 3 × height × width, values from 0 to 1",
    example: "local photo = gfnet.image(\"photo.png\", {resize = 256, crop = 224})",
    discussion: """
      Without options the picture keeps its size. With resize or crop it is prepared as the data set "folder" \
      does, with the values that Pillow and torchvision give. Alpha is dropped; the first frame of an animation is \
      read.
      """, touches: [.readFiles]
  ) { call in
    var picture = try ImageDecoder.decode(contentsOf: call[file])
    if try PictureOptions.giveSize(call) {
      picture = try PictureOptions.transform(call, defaultCrop: 224)
        .apply(picture, CounterRandom(seed: 0, stream: "picture"))
    } else if try call.has(PictureOptions.interpolation) {
      throw LuaError("gfnet.image: the option 'interpolation' needs 'resize' or 'crop'")
    }
    return try tensor(picture)
  }

  /// The picture as 3×H×W with values from 0 to 1.
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
