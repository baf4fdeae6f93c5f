import NeuralNet
import Tensor

extension GFNet {
  /// How much each place of the glance speaks for an answer, less the least of the image: n×1×h×w, finer than the map.
  ///
  /// The class activation map of Zhou et al., CVPR 2016: the classifier of the global encoder applied to every cell
  /// of the last feature map instead of their mean. Encoders whose features are not that mean have the sum of
  /// the absolute activations instead, whatever the answer.
  ///
  /// - Parameters:
  ///   - map: the glance's last feature map, n×C×h×w; of clips those of all frames, whose mean it is then.
  ///   - answers: the class of each image, from 0.
  public func saliency(_ map: Tensor, answers: [Int]) throws -> Tensor {
    let (images, height, width) = (map.shape[0], map.shape[2], map.shape[3])
    let frames = configuration.frames(.glance)
    let channels = map.shape[1] / frames
    // Classifiers are linear: what they say of the mean of the frames is the mean of what they say of each.
    let map =
      frames == 1
      ? map : try map.reshaped([images, frames, channels, height, width]).mean([1])
    var worth: [Float]
    if channels == globalEncoder.featureCount {
      let cells = try map.permuted([0, 2, 3, 1]).reshaped(Shape([images * height * width, channels]))
      let logits = try globalEncoder.classify(cells, .evaluation)
      let classes = logits.shape[1]
      let values = try logits.values()
      worth = (0..<images * height * width).map { values[$0 * classes + answers[$0 / (height * width)]] }
    } else {
      let values = try map.values()
      let plane = height * width
      worth = (0..<images * plane).map { cell in
        let start = cell / plane * channels * plane + cell % plane
        return Float((0..<channels).reduce(0.0) { $0 + Double(abs(values[start + $1 * plane])) })
      }
    }
    let size = height * width
    for image in 0..<images {
      let range = image * size..<(image + 1) * size
      let least = worth[range].min() ?? 0
      for i in range { worth[i] -= least }
    }
    // Patches start between the cells of a map, which may have only a few of them.
    return try Tensor(Shape([images, 1, height, width]), worth)
      .resized(height: height * Self.finer, width: width * Self.finer, .bilinear, alignCorners: false)
  }

  private static let finer = 8
}
