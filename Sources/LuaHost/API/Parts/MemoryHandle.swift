import GlanceFocus
import Tensor

/// What a network carries from step to step for a batch of images, as scripts hold it. It never changes.
final class MemoryHandle: HoldsMemory {
  let model: ModelHandle
  /// Steps that the images have had.
  let step: Int
  /// The number of images, n.
  let count: Int
  /// The last feature maps, n×C×h×w; nil where only a classifier or a policy was asked.
  let map: Tensor?
  /// What the classifier over the sequence carries; nil before the first step.
  let classifier: Tensor?
  /// What the policy carries; nil before its first proposal.
  let policy: Tensor?
  let mode: PartMode
  /// What the policy said of these images, and whether that was recorded.
  private var proposal: (output: PatchProposal.Output, isRecorded: Bool)?
  /// What recorded it; gone with its recording.
  private weak var tape: GradientTape?

  init(
    _ model: ModelHandle, step: Int, count: Int, map: Tensor?, classifier: Tensor?, policy: Tensor?,
    mode: PartMode
  ) {
    self.model = model
    self.step = step
    self.count = count
    self.map = map
    self.classifier = classifier
    self.policy = policy
    self.mode = mode
  }

  var heldBytes: Int {
    [map, classifier, policy, proposal?.output.state].reduce(0) { $0 + ($1.map { $0.storage.bytes } ?? 0) }
  }

  /// Where the policy would look next. It is asked once: what it carries does not advance when it is asked again.
  func proposed(_ place: String) throws -> PatchProposal.Output {
    if let known = knownProposal { return known.output }
    guard let map else {
      throw LuaError("\(place): this memory has no feature map; model.policy(map, memory) takes one")
    }
    let parts = try model.parts(.patch, mode, place)
    let output = try model.running { try parts.propose(map, state: policy) }
    note(output)
    return output
  }

  private func note(_ output: PatchProposal.Output) {
    tape = GradientTape.current
    proposal = (output, tape != nil)
  }

  /// What the policy said; nil where it said so in another recording than this one.
  private var knownProposal: (output: PatchProposal.Output, isRecorded: Bool)? {
    let current = GradientTape.current
    return proposal.flatMap {
      $0.isRecorded == (current != nil) && (current == nil || tape === current) ? $0 : nil
    }
  }

  /// What the policy carries to the next step.
  private var nextPolicy: Tensor? { proposal?.output.state ?? policy }

  /// What the next step begins with.
  func network(_ place: String) throws -> GFNet.Memory {
    guard let map else {
      throw LuaError("\(place): this memory is of no step; model:glance gives one that is")
    }
    return GFNet.Memory(map: map, classifier: classifier, policy: nextPolicy)
  }

  /// The same for the images `rows` only, from 0.
  func gathered(_ rows: [Int]) throws -> MemoryHandle {
    func gathered(_ tensor: Tensor?) throws -> Tensor? { try tensor?.indexSelected(0, rows) }
    let part = MemoryHandle(
      model, step: step, count: rows.count, map: try gathered(map), classifier: try gathered(classifier),
      policy: try gathered(policy), mode: mode)
    part.proposal = try proposal.map { (try $0.output.gathered(rows), $0.isRecorded) }
    part.tape = tape
    return part
  }

  /// Refuses the memory of another model.
  func require(_ model: ModelHandle, _ place: String) throws {
    guard self.model.network === model.network else {
      throw LuaError("\(place): this memory is of the model \(self.model.name), not of this one")
    }
  }
}

extension MemoryHandle: ObjectArgument {
  static let className = "memory"
}

/// The class `memory`.
enum MemoryClass {
  private static let rows = ArgumentKey<LuaValue>(
    FunctionParameter("rows", RowSelection.type, RowSelection.help))

  static let entry = LuaClass<MemoryHandle>(
    MemoryHandle.className, "What a model carries from one step to the next for a batch of images.",
    discussion: """
      model:glance and model:focus give one; it never changes, so that an episode can go on from any of them, and \
      more than once. It remembers how the episode is evaluated (compiled, precision, rng).
      """, freeable: true,
    properties: [
      .init("count", "integer", "number of images, n") { it, _ in it.count },
      .init("step", "integer", "steps that the images have had") { it, _ in it.step },
      .init("map", "tensor", "the last feature maps, n × C × h × w; nil where no step was taken") { it, _ in
        it.map
      },
    ],
    methods: [
      .init(
        "rows", "The memory of some of the images: those that left need no more work.", [rows],
        returns: "memory",
        example: """
          local model = gfnet.model{backbone = "resnet_tiny_16", image_size = 128, steps = 3, classes = 10}  \
          model:glance(gfnet.tensor.zeros(2, 3, 128, 128)).memory:rows{2}
          """,
        discussion: "Rows are in the order of the list; the images must be gathered in the same order."
      ) { it, call in
        let rows = try RowSelection.read(call[rows], count: it.count, on: call.stack, call.place(Self.rows))
        guard !rows.isEmpty else { throw LuaError("memory:rows: no image is left") }
        return Pushed(try it.gathered(rows))
      }
    ],
    describe: { it in
      let images = "\(it.count) image\(it.count == 1 ? "" : "s")"
      let map = it.map.map { ", maps \($0.shape)" } ?? ""
      return "memory of \(images) after \(it.step) step\(it.step == 1 ? "" : "s")\(map)"
    },
    count: { $0.count },
    sample: """
      local model = gfnet.model{backbone = "resnet_tiny_16", image_size = 128, steps = 3, classes = 10}  \
      local memory = model:glance(gfnet.tensor.zeros(1, 3, 128, 128)).memory  memory
      """
  ).entry
}
