import Communication
import NeuralNet
import Support
import Vision

/// Into how many micro-shards a batch is divided for its gradient, which is then the mean over theirs.
///
/// Each shard is evaluated by itself: its batch norms use the statistics of its own images, and its random numbers are its
/// own. So a training depends on the number of shards, and on nothing else that says how work is divided: sums over shards
/// have a fixed order.
public enum BatchShards: Sendable, Equatable, Codable, CustomStringConvertible {
  /// So many, on any number of processes.
  case fixed(Int)
  /// One for each process: on another number of processes it is another training, up to rounding and the statistics of batch
  /// norms.
  case perRank

  /// What is taken where MPI has started the program and nobody says.
  public static let standard = 8

  /// The standard number of shards, or as many as there are processes where these are more.
  public static func standard(for communicator: any Communicator) -> BatchShards {
    var count = standard
    while count < communicator.size { count *= 2 }
    return .fixed(count)
  }

  /// How the options of a training are kept: a number, or 0 for one shard for each process.
  public init(from decoder: any Decoder) throws {
    let count = try decoder.singleValueContainer().decode(Int.self)
    self = count < 1 ? .perRank : .fixed(count)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .fixed(let count): try container.encode(count)
    case .perRank: try container.encode(0)
    }
  }

  /// The number, or `ranks`.
  public var description: String {
    switch self {
    case .fixed(let count): "\(count)"
    case .perRank: "ranks"
    }
  }

  /// The most shards of a batch.
  public static let most = 65536

  func validate() throws {
    guard case .fixed(let count) = self else { return }
    try ModelError.require(
      (1...Self.most).contains(count), "shards is \(count), expected 1 to \(Self.most)")
  }
}

/// How the batches of one training are divided over its processes.
struct ShardPlan {
  let communicator: any Communicator
  /// The shards of a batch, and the order in which what they come to is added up.
  let tree: PartTree
  /// The shards of this process.
  let mine: Range<Int>

  /// True where a batch is one shard on one process: then nothing is divided.
  var isWhole: Bool { tree.parts == 1 && !communicator.isShared }

  /// What the loader prepares for this process.
  var parts: BatchLoader.Parts? {
    isWhole ? nil : BatchLoader.Parts(count: tree.parts, wanted: mine)
  }

  /// - Parameters:
  ///   - shards: what the options say; nil: one for each process.
  ///   - smallest: the images of the smallest batch. A shard has two images at least, for the statistics of batch norms.
  /// - Throws: ``ModelError`` where there are fewer shards than processes.
  init(_ shards: BatchShards?, _ communicator: any Communicator, smallest: Int) throws {
    let wanted: Int
    switch shards ?? .perRank {
    case .fixed(let count):
      try ModelError.require(
        count >= communicator.size,
        "shards is \(count), expected at least one for each of the \(communicator.size) ranks")
      wanted = count
    case .perRank: wanted = communicator.size
    }
    self.communicator = communicator
    tree = PartTree(parts: min(wanted, max(1, smallest / 2)))
    mine = tree.parts(of: communicator.rank, size: communicator.size)
  }

  /// The random numbers of a shard, under those of the update; these themselves where a batch is one shard.
  func numbers(_ update: CounterRandom, of shard: Int) -> CounterRandom {
    // Steps have the children from 0 on.
    tree.parts == 1 ? update : update.child(-1 - shard)
  }
}
