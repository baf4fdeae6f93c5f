import Backbones
import Tensor

/// What a network sees of the images in play, by their rows in the record.
protocol Sight {
  /// The whole images at P×P, n×3×P×P, normalised; of clips the frames that the glance sees, (n·f)×3×P×P.
  func glances(_ rows: [Int]) throws -> Tensor

  /// What the encoder of a step gives: features and maps, one row for each image.
  ///
  /// - Parameter places: where it looks; nil at the glance.
  func encoding(
    _ rows: [Int], at places: [PatchLocation]?, step: Int, by engine: StepEngine
  ) throws -> Encoding

  /// Where the images are looked at, of whom the sampler says `places`.
  func settled(_ places: [PatchLocation], _ rows: [Int], step: Int) -> [PatchLocation]
}

extension ImagePool: Sight {
  func encoding(
    _ rows: [Int], at places: [PatchLocation]?, step: Int, by engine: StepEngine
  ) throws -> Encoding {
    guard let places else { return try engine.encode(glances(rows), .glance) }
    return try engine.encode(patches(rows, places), .patch)
  }

  func settled(_ places: [PatchLocation], _ rows: [Int], step: Int) -> [PatchLocation] { places }
}
