import NeuralNet

/// A map as a row of features.
struct FlattenDescription: DescribedLayer {
  static let storedName = "flatten"
  static let forms = [
    LayerForm("flatten", "All axes but the first as one, PyTorch's nn.Flatten.", make: { _ in Self() })
  ]

  func size(for input: MapSize, at place: LayerPlace) throws(LayerError) -> MapSize {
    let (pixels, overflows) = input.height.multipliedReportingOverflow(by: input.width)
    let (count, overflow) = pixels.multipliedReportingOverflow(by: input.channels)
    // An input of any size is tried first, of which only the channels matter.
    guard !overflows, !overflow, count < 1 << 50 else {
      throw place.error("an input of \(input) is too large")
    }
    return .features(count)
  }

  func build() throws -> any Layer { Flatten() }

  var description: String { name }
}
