import Foundation
import NeuralNet
import Support
import Tensor

/// A recorded evaluation of the paper authors' code, and the network and images that it was recorded from.
///
/// Weights and images are computed from u(name, i) of `FormulaSequence`.
public struct ReferenceCase: RecordedCase {
  struct Description: Decodable {
    let architecture: String
    let patchSize: Int
    let imageSize: Int
    let steps: Int
    let weightGain: Double
    let imageSeed: Int
    let policyConv: Bool
    let policyHiddenDim: Int
    let classifier: String
    let glanceInterpolation: String
    let parameters: [String: Int]
  }

  /// The case's name, `<architecture>@<patch>`.
  public let name: String
  let folder: FilePath
  let description: Description

  init(_ name: String, folder: FilePath) throws {
    self.name = name
    self.folder = folder
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    description = try RecordedCases.decode(folder / (name + RecordedCases.ending), decoder)
  }

  /// The network with its weights from the formula.
  ///
  /// - Parameter bicubic: overrides the glance's interpolation (training always uses bicubic).
  func model(bicubic: Bool = false) throws -> GFNet {
    var configuration = try Configuration(
      backbone: description.architecture, patchSize: description.patchSize, imageSize: description.imageSize,
      steps: description.steps, classes: 1000)
    configuration.policyEncoder = description.policyConv ? .convolution : .linear
    configuration.policyUnits = description.policyHiddenDim
    configuration.classifier = description.classifier == "cascade" ? .cascade : .recurrent
    configuration.cascadeSteps = max(5, description.steps)
    configuration.interpolation =
      bicubic || description.glanceInterpolation == "bicubic" ? .bicubic : .bilinear
    let model = try GFNet(configuration)
    for (key, entry) in model.state {
      try FormulaNumbers.fill(entry.value, key, gain: description.weightGain)
    }
    return model
  }

  /// The two images, 2×3×S×S.
  func images() throws -> Tensor {
    let size = description.imageSize
    return try FormulaNumbers.images("image.\(description.imageSeed)", [2, 3, size, size])
  }
}
