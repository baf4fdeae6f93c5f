import Tensor

/// Images that take their next step together, and what the network carries for them, in the order of
/// ``rows``.
final class EpisodeGroup {
  /// Rows in the record, ascending in the order in which the images came.
  let rows: [Int]
  /// What the network carries for the images; nil before the glance.
  var memory: GFNet.Memory?
  /// What the policy has said since the last step; nil where it has not been asked.
  var proposal: Proposal?
  /// How much each place of the glance speaks for its answer, for samplers that need it.
  var saliency: Tensor?
  /// Where images look next, as far as somebody has chosen; nil where nobody has.
  var chosen: [PatchPlaces?]?

  /// What the policy says of the images: where to look next, and how well things stand.
  struct Proposal {
    let means: [PatchPlaces]
    let values: [Float]
  }

  init(
    rows: [Int], memory: GFNet.Memory? = nil, proposal: Proposal? = nil, saliency: Tensor? = nil,
    chosen: [PatchPlaces?]? = nil
  ) {
    self.chosen = chosen
    self.rows = rows
    self.memory = memory
    self.proposal = proposal
    self.saliency = saliency
  }

  /// The same images, whose next step leaves this group as it is.
  func copy() -> EpisodeGroup {
    EpisodeGroup(rows: rows, memory: memory, proposal: proposal, saliency: saliency, chosen: chosen)
  }

  /// The images at `positions` only, ascending.
  func gathered(_ positions: [Int]) throws -> EpisodeGroup {
    guard positions.count != rows.count else { return self }
    return EpisodeGroup(
      rows: positions.map { rows[$0] }, memory: try memory?.gathered(positions),
      proposal: proposal.map { old in
        Proposal(means: positions.map { old.means[$0] }, values: positions.map { old.values[$0] })
      },
      saliency: try saliency?.indexSelected(0, positions),
      chosen: chosen.map { chosen in positions.map { chosen[$0] } })
  }

  fileprivate func sliced(_ range: Range<Int>) throws -> EpisodeGroup {
    guard range.count != rows.count else { return self }
    return EpisodeGroup(
      rows: Array(rows[range]), memory: try memory?.sliced(range),
      proposal: proposal.map { Proposal(means: Array($0.means[range]), values: Array($0.values[range])) },
      saliency: try saliency?.sliced(0, range), chosen: chosen.map { Array($0[range]) })
  }

  fileprivate static func joined(_ parts: [EpisodeGroup]) throws -> EpisodeGroup {
    if parts.count == 1 { return parts[0] }
    let memories = parts.compactMap(\.memory)
    // Where the policy was asked of some alone, it is not known for the whole: see ``EpisodeQueue``.
    let proposals = parts.compactMap(\.proposal)
    return EpisodeGroup(
      rows: parts.flatMap(\.rows), memory: memories.isEmpty ? nil : try .joined(memories),
      proposal: proposals.isEmpty
        ? nil : Proposal(means: proposals.flatMap(\.means), values: proposals.flatMap(\.values)),
      saliency: try Tensor.joined(parts.compactMap(\.saliency)),
      chosen: parts.allSatisfy { $0.chosen == nil }
        ? nil
        : parts.flatMap { $0.chosen ?? [PatchPlaces?](repeating: nil, count: $0.rows.count) })
  }
}

/// Images that have had the same number of steps and wait for the next, first come first served.
struct EpisodeQueue {
  private var groups: [EpisodeGroup] = []
  private(set) var count = 0

  /// The row of the image that has waited longest.
  var first: Int? { groups.first?.rows.first }

  mutating func append(_ group: EpisodeGroup) {
    guard !group.rows.isEmpty else { return }
    groups.append(group)
    count += group.rows.count
  }

  /// Takes the first `most` images, or all there are.
  ///
  /// Images whose policy was asked already and others are not taken together: what it carries has advanced
  /// for some only.
  mutating func take(_ most: Int) throws -> EpisodeGroup {
    var parts: [EpisodeGroup] = []
    var taken = 0
    while taken < most, let next = groups.first, (parts.first ?? next).hasProposal == next.hasProposal {
      let room = most - taken
      if next.rows.count <= room {
        parts.append(next)
        groups.removeFirst()
      } else {
        parts.append(try next.sliced(0..<room))
        groups[0] = try next.sliced(room..<next.rows.count)
      }
      taken += parts[parts.count - 1].rows.count
    }
    count -= taken
    return parts.isEmpty ? EpisodeGroup(rows: []) : try EpisodeGroup.joined(parts)
  }

  /// The rows from the front for which `condition` holds.
  func prefix(while condition: (Int) -> Bool) -> Int {
    var length = 0
    for group in groups {
      for row in group.rows {
        guard condition(row) else { return length }
        length += 1
      }
    }
    return length
  }
}

extension EpisodeGroup {
  fileprivate var hasProposal: Bool { proposal != nil }
}

extension GFNet.Memory {
  /// What is carried for several batches, as one.
  fileprivate static func joined(_ parts: [GFNet.Memory]) throws -> GFNet.Memory {
    GFNet.Memory(
      map: try Tensor.concatenated(parts.map(\.map)),
      classifier: try Tensor.joined(parts.compactMap(\.classifier)),
      policy: try Tensor.joined(parts.compactMap(\.policy)))
  }

  /// The same for the images `range` only.
  fileprivate func sliced(_ range: Range<Int>) throws -> GFNet.Memory {
    GFNet.Memory(
      map: try map.sliced(0, range), classifier: try classifier?.sliced(0, range),
      policy: try policy?.sliced(0, range))
  }
}

extension Tensor {
  /// Batch after batch; nil where there are none.
  fileprivate static func joined(_ parts: [Tensor]) throws -> Tensor? {
    parts.isEmpty ? nil : parts.count == 1 ? parts[0] : try concatenated(parts)
  }
}
