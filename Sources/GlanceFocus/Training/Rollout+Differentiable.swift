import NeuralNet
import Support
import Tensor

/// Sequences whose places have gradients, as AdaFocusV2 trains (Wang et al., CVPR 2022).
extension Rollout {
  /// The largest norm of the gradients of an update, as in the authors' code.
  static let largestGradient = 20.0

  /// The loss of stages 1 to 3 where the policy learns by gradients: that of the patches at the policy's places, cut by
  /// interpolation, so that the loss says how each place should move.
  ///
  /// - Each step has the loss of the classifier and that of the encoder's own one (auxiliary supervision): the latter
  ///   reaches the policy by the features of the one patch.
  /// - The policy reads maps without their history (stop-gradient): it does not train the encoders, as which they would be
  ///   worse at classifying.
  /// - Where the encoders learn, half of the loss is that of patches at uniformly random places (diversity augmentation),
  ///   from the same glance; `options.randomBranch` leaves it out.
  ///
  /// In stage 2 encoders and classifier are fixed, and evaluated as at inference.
  ///
  /// - Parameters:
  ///   - images: B×3×S×S, normalised; of clips one row for each frame.
  ///   - labels: 0-based.
  ///   - random: this step's numbers.
  ///   - combine: the loss of all steps instead of the mean of cross-entropies.
  ///   - observe: is shown each step's logits, at the policy's places; step 1 is the glance.
  static func differentiableLoss(
    _ model: GFNet, _ images: Tensor, labels: [Int], random: CounterRandom, options: TrainingOptions,
    combine: Combination? = nil, observe: (Int, Tensor) -> Void = { _, _ in }
  ) throws -> Tensor {
    let learns = options.stage != .policy
    let pass = learns ? Pass(training: true, random: random.child(0)) : .evaluation
    let glance = try model.glance(
      images, learns && options.trainsGlobalEncoder ? pass : .evaluation, auxiliary: true)
    observe(1, glance.0.logits)
    let steps = model.configuration.steps
    let weigh = { (results: [GFNet.StepResult]) in
      try loss(of: results, labels, options.auxiliaryWeight, options.labelSmoothing, combine)
    }
    let own = try weigh(
      sequence(model, from: glance, steps: steps, pass, observe: observe) { _, memory in
        try model.patches(images, interpolatingAt: model.propose(&memory, PPO.learning).mean)
      })
    guard learns, options.randomBranch ?? true else { return own }
    // Draws of its own for what drops out.
    let otherPass = Pass(training: true, random: random.child(2000))
    let other = try weigh(
      sequence(model, from: glance, steps: steps, otherPass) { step, _ in
        let places = try uniformActions(labels.count, proposalNumbers(random, step, compared: true))
        return try model.patches(images, interpolatingAt: places)
      })
    return try (own + other).scaled(by: 0.5)
  }
}

extension GFNet {
  /// The patches at `places` by bilinear interpolation, with gradients with respect to the places: B×3×P×P; of clips one of
  /// every frame that patches are cut from. The top-left pixel is at place · (S − P), which may be between pixels.
  ///
  /// - Parameters:
  ///   - images: B×3×S×S; of clips one row for each frame.
  ///   - places: B×2, (row, column) in [0, 1].
  /// - Throws: `TensorError` where there is not a place for each, or one is not in [0, 1].
  public func patches(_ images: Tensor, interpolatingAt places: Tensor) throws -> Tensor {
    let (size, side) = (images.shape[2], configuration.patchSize)
    let frames = configuration.frames(.patch)
    let corners = try places.scaled(by: Float(size - side))
    let spread =
      try frames == 1
      ? corners
      : corners.unsqueezed(1).expanded(to: [corners.shape[0], frames, 2]).reshaped([
        corners.shape[0] * frames, 2,
      ])
    return try seen(images, .patch).cropped(interpolatingAt: spread, height: side, width: side)
  }
}
