import Backbones
import Tensor

/// What a network sees of the images in play, by their rows in the record.
protocol Sight {
  /// The whole images at the glance's size G, n×3×G×G, normalised; of clips the frames that the glance sees, (n·f)×3×G×G.
  func glances(_ rows: [Int]) throws -> Tensor

  /// What the encoder of a step gives: features and maps, one row for each image.
  ///
  /// - Parameter places: where it looks; nil at the glance.
  func encoding(
    _ rows: [Int], at places: [PatchPlaces]?, step: Int, by engine: StepEngine
  ) throws -> Encoding

  /// Where the images are looked at, of whom the sampler says `places`.
  func settled(_ places: [PatchPlaces], _ rows: [Int], step: Int) -> [PatchPlaces]
}

extension ImagePool: Sight {
  func encoding(
    _ rows: [Int], at places: [PatchPlaces]?, step: Int, by engine: StepEngine
  ) throws -> Encoding {
    guard let places else { return try engine.encode(glances(rows), .glance) }
    return try engine.encode(patches(rows, places), .patch)
  }

  func settled(_ places: [PatchPlaces], _ rows: [Int], step: Int) -> [PatchPlaces] { places }
}
