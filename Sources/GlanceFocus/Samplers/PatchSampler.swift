import Support

/// Proposes where each image's next patch is taken.
///
/// A sampler answers for whole batches. What it proposes for an image must depend only on that image, the
/// step and the seed, never on the others in the batch; random numbers come from ``SamplerBatch/random(_:)``,
/// which is keyed accordingly.
public protocol PatchSampler {
  /// The name by which users know it, as errors have it.
  var name: String { get }

  /// What the loop must provide beyond the record.
  var needs: SamplerNeeds { get }

  /// True when what it proposes for an image is meant to depend on other images or on state that it keeps.
  var dependsOnOthers: Bool { get }

  /// Where it was defined, such as `sweep.lua:12`; nil for built-in ones.
  var origin: String? { get }

  /// Where every image of the batch is looked at, in its order; of clips at one place in all frames, or at one in each of
  /// the ``SamplerBatch/frames`` that patches are cut from.
  func propose(_ batch: SamplerBatch) throws -> [PatchPlaces]
}

extension PatchSampler {
  public var needs: SamplerNeeds { [] }
  public var dependsOnOthers: Bool { false }
  public var origin: String? { nil }

  /// ``propose(_:)``, checked.
  /// - Throws: ``EpisodeError``, naming the sampler, for a wrong number of locations, for places of another number of
  ///   frames and for one that is not in [0, 1]²; whatever `propose` throws.
  public func checkedProposal(_ batch: SamplerBatch) throws -> [PatchPlaces] {
    let locations = try propose(batch)
    guard locations.count == batch.count else {
      throw EpisodeError(
        "the sampler '\(name)' proposed \(locations.count) locations for \(batch.count) images at step \(batch.step)"
      )
    }
    for (index, places) in locations.enumerated() {
      func image() -> String { "image \(batch.last[index].image + 1) at step \(batch.step)" }
      guard places.count == 1 || places.count == batch.frames else {
        throw EpisodeError(
          "the sampler '\(name)' proposed \(places.count) places for \(image()): "
            + batch.last.record.expectedPlaces)
      }
      if let stray = places.stray {
        throw EpisodeError(
          "the sampler '\(name)' proposed (\(text(stray.row)), \(text(stray.column))) for \(image()):"
            + " row and column must lie in [0, 1]")
      }
    }
    return locations
  }

  /// The number as a text, NaN without the sign that the processor gives it.
  private func text(_ value: Float) -> String { value.isNaN ? "NaN" : "\(value)" }
}

/// What a sampler reads beyond what every record has.
public struct SamplerNeeds: OptionSet, Sendable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// ``SamplerBatch/policy``: the loop runs the policy network first.
  public static let policy = SamplerNeeds(rawValue: 1)
  /// ``SamplerBatch/maps``: the last feature maps.
  public static let maps = SamplerNeeds(rawValue: 2)
  /// ``SamplerBatch/glances``: the images resized to P×P.
  public static let glances = SamplerNeeds(rawValue: 4)
  /// ``SamplerBatch/saliency``: how much each place of the glance speaks for its answer.
  public static let saliency = SamplerNeeds(rawValue: 8)
}

/// Plain values of shape n×C×h×w, row-major.
public struct PlainMaps: Sendable {
  /// The values of all images, n·C·h·w.
  public let values: [Float]
  /// The number of channels, C.
  public let channels: Int
  /// The number of rows, h.
  public let height: Int
  /// The number of columns, w.
  public let width: Int

  public init(values: [Float], channels: Int, height: Int, width: Int) {
    self.values = values
    self.channels = channels
    self.height = height
    self.width = width
  }

  /// The C×h×w values of one image of the batch.
  public subscript(index: Int) -> ArraySlice<Float> {
    let size = channels * height * width
    return values[index * size..<(index + 1) * size]
  }
}

/// The images still in play before a step, as a sampler sees them.
public struct SamplerBatch {
  /// The step whose patch is to be placed, 2…T.
  public let step: Int
  /// What is known after the step before; its entries and those of all else here are in the same order.
  public let last: StepBatch
  /// The policy's means; given to samplers that need it.
  public let policy: [PatchPlaces]?
  /// Last feature maps; given to samplers that need them.
  public let maps: PlainMaps?
  /// The images at P×P; given to samplers that need them. Of clips the frames that the glance sees, side by side as
  /// channels.
  public let glances: PlainMaps?
  /// How much each place of the glance speaks for its answer, n×1×h×w, at least 0; given to samplers that
  /// need it.
  public let saliency: PlainMaps?
  /// The run's numbers for this sampler.
  let base: CounterRandom

  /// - Parameters:
  ///   - last: the images after the step before.
  ///   - random: the run's numbers for this sampler.
  ///   - policy: see ``policy``.
  ///   - maps: see ``maps``.
  ///   - glances: see ``glances``.
  ///   - saliency: see ``saliency``.
  public init(
    after last: StepBatch, random: CounterRandom, policy: [PatchPlaces]? = nil, maps: PlainMaps? = nil,
    glances: PlainMaps? = nil, saliency: PlainMaps? = nil
  ) {
    step = last.step + 1
    self.last = last
    base = random
    self.policy = policy
    self.maps = maps
    self.glances = glances
    self.saliency = saliency
  }

  /// Images in the batch.
  public var count: Int { last.count }

  /// How many frames of an item patches are cut from; 1 for images.
  public var frames: Int { last.record.focusFrames }

  /// Random numbers of one image at this step, whatever batch it is in.
  public func random(_ index: Int) -> CounterRandom {
    base.child(last.record.indices[last.rows[index]]).child(step)
  }

  /// Where the patches of steps 2…`step`−1 of one image were taken.
  public func locations(_ index: Int) -> [PatchPlaces] { last[index].locations }
}
