import CKernels
import Compute
import Support

/// The work of a reduction, divided into units: some of the sums, over some of the numbers.
///
/// Units follow from the loops alone, and partial sums are added in the order of units: the number of threads changes
/// nothing.
struct ReductionSums {
  /// What is added of each number.
  enum Term {
    case values
    case squares
    /// The squares of deviations from the mean of the numbers of the sum, which is found first.
    case deviations
  }

  private typealias Loop = ReductionLoops.Loop

  private let term: Term
  private let sums: Int
  private let summed: Double
  /// Loops within a unit, outermost first; `border` and `parted` are cut short.
  private let loops: [Loop]
  /// Loops over sums around all units' loops.
  private let outer: [Loop]
  /// The one of `loops`, over sums, of which a unit has `borderLength`.
  private let border: Int?
  private let borderLength: Int
  /// The one of `loops`, over numbers, that is divided into `parts`.
  private let parted: Int?
  private let parts: Int

  init(_ reduction: ReductionLoops, _ term: Term) {
    self.term = term
    sums = reduction.sums
    summed = reduction.summed
    let all = reduction.loops
    let work = Double(sums) * summed
    let isSmall = work < 0x1p17
    if isSmall && sums <= Self.mostSums {
      (loops, outer, border, borderLength, parted, parts) = (all, [], nil, 1, nil, 1)
      return
    }

    // A unit should be worth its beginning, some tenths of a microsecond, and read enough at once.
    let innermost = all.last.map { $0.isSummed ? $0.size : 1 } ?? 1
    let shortest = max(1, 256 / innermost, Int(0x1p15 / max(summed, 1)))
    let most = isSmall ? Self.mostSums : min(max(sums / 64, shortest), Self.mostSums)
    var (loops, outer, border, length) = ([Loop](), [Loop](), Int?.none, 1)
    var unitSums = 1
    for loop in all.reversed() {
      if loop.isSummed {
        loops.append(loop)
      } else if border != nil {
        outer.append(loop)
      } else {
        loops.append(loop)
        length = max(1, min(loop.size, most / unitSums))
        unitSums *= length
        if length < loop.size || unitSums >= most { border = loops.count - 1 }
      }
    }
    self.loops = loops.reversed()
    self.outer = outer
    let last = loops.count - 1
    self.border = border.map { last - $0 }
    borderLength = length

    // Few sums over many numbers are each made in parts.
    let tiles = (sums + unitSums - 1) / unitSums
    let wished = isSmall ? 1 : Int(min(work * 0x1p-15, max(64, work * 0x1p-24)))
    let nested = self.loops
    let longest = nested.indices.filter { nested[$0].isSummed }.max { nested[$0].size < nested[$1].size }
    let divisible = longest.map { nested[$0].size } ?? 1
    parts = max(1, min((wished + tiles - 1) / tiles, divisible, (1 << 20) / sums))
    parted = parts > 1 ? longest : nil
  }

  /// The most sums of a unit: 8 KB of them stay in the first cache.
  private static let mostSums = 1024

  private var borderChunks: Int {
    border.map { (loops[$0].size + borderLength - 1) / borderLength } ?? 1
  }

  private var units: Int { outer.reduce(borderChunks * parts) { $0 * $1.size } }

  /// Calls `take` with consecutive sums, the means they deviate from, and the number of the first, on several threads
  /// where there is enough work.
  ///
  /// - Throws: `Interrupted`.
  func run(
    _ source: UnsafePointer<Float>,
    _ take: (_ first: Int, _ totals: UnsafeBufferPointer<Double>, _ centres: UnsafePointer<Double>) -> Void
  ) throws {
    if parts == 1 {
      try forEachUnit { unit in
        let arrays = term == .deviations ? 2 : 1
        withUnsafeTemporaryAllocation(of: Double.self, capacity: arrays * unit.sums) { memory in
          guard let totals = memory.baseAddress else { return }
          let centres = totals + (arrays - 1) * unit.sums
          if term == .deviations {
            add(unit, source, REDUCE_VALUES, centres, centres)
            for i in 0..<unit.sums { centres[i] /= summed }
          }
          add(unit, source, kernelTerm, totals, centres)
          take(unit.first, UnsafeBufferPointer(start: totals, count: unit.sums), centres)
        }
      }
      return
    }
    var centres = [Double](repeating: 0, count: sums)
    if term == .deviations {
      centres = try total(source, REDUCE_VALUES, centres)
      for i in centres.indices { centres[i] /= summed }
    }
    let totals = try total(source, kernelTerm, centres)
    totals.withUnsafeBufferPointer { take(0, $0, centres) }
  }

  private var kernelTerm: reduction_term {
    switch term {
    case .values: REDUCE_VALUES
    case .squares: REDUCE_SQUARES
    case .deviations: REDUCE_DEVIATIONS
    }
  }

  /// All sums, from those of the parts.
  private func total(
    _ source: UnsafePointer<Float>, _ term: reduction_term, _ centres: [Double]
  ) throws -> [Double] {
    var partial = [Double](repeating: 0, count: parts * sums)
    try partial.withUnsafeMutableBufferPointer { partial in
      try centres.withUnsafeBufferPointer { centres in
        guard let totals = partial.baseAddress, let centres = centres.baseAddress else { return }
        try forEachUnit { unit in
          add(unit, source, term, totals + unit.part * sums + unit.first, centres + unit.first)
        }
        for part in 1..<parts {
          for i in 0..<sums { totals[i] += totals[part * sums + i] }
        }
      }
    }
    return Array(partial.prefix(sums))
  }

  // MARK: units

  private struct Unit {
    /// The number of the first of its sums.
    let first: Int
    /// How many sums it makes.
    let sums: Int
    /// Which of the parts of these sums it makes.
    let part: Int
    /// Its first element, counted from the tensor's.
    let offset: Int
    let loops: [Loop]
  }

  /// Calls `body` for each unit, on several threads where there is enough work, and not for long without a
  /// look at the wish to stop.
  private func forEachUnit(_ body: (Unit) -> Void) throws {
    let units = units
    let work = Double(sums) * summed
    if work < 0x1p16 || units == 1 {
      for index in 0..<units { body(unit(index)) }
      return
    }
    let together = max(ThreadTeam.size, Int(min(Double(units), 0x1p26 * Double(units) / work)))
    for first in stride(from: 0, to: units, by: together) {
      try Cancellation.check()
      ThreadTeam.sliced(min(together, units - first)) { body(unit(first + $0)) }
    }
  }

  private func unit(_ index: Int) -> Unit {
    if border == nil && parts == 1 && outer.isEmpty {
      return Unit(first: 0, sums: sums, part: 0, offset: 0, loops: loops)
    }
    var (rest, first, offset) = (index / parts, 0, 0)
    let part = index % parts
    var own = loops
    if let border {
      let start = rest % borderChunks * borderLength
      rest /= borderChunks
      own[border].size = min(borderLength, own[border].size - start)
      offset += start * own[border].step
      first += start * own[border].sumStep
    }
    if let parted {
      let (start, end) = (own[parted].size * part / parts, own[parted].size * (part + 1) / parts)
      own[parted].size = end - start
      offset += start * own[parted].step
    }
    for loop in outer {
      offset += rest % loop.size * loop.step
      first += rest % loop.size * loop.sumStep
      rest /= loop.size
    }
    let sums = own.reduce(1) { $1.isSummed ? $0 : $0 * $1.size }
    return Unit(first: first, sums: sums, part: part, offset: offset, loops: own)
  }

  /// Sets the unit's sums of terms.
  private func add(
    _ unit: Unit, _ source: UnsafePointer<Float>, _ term: reduction_term,
    _ totals: UnsafeMutablePointer<Double>,
    _ centres: UnsafePointer<Double>
  ) {
    totals.update(repeating: 0, count: unit.sums)
    var loops = unit.loops[...]
    let columns = loops.popLast().map(Self.kernelLoop) ?? reduction_loop(count: 1, step: 1, sum_step: 0)
    let rows = loops.popLast().map(Self.kernelLoop) ?? reduction_loop(count: 1, step: 0, sum_step: 0)
    nest(loops, source + unit.offset, totals, centres) { reduce_block(term, $0, $1, $2, rows, columns) }
  }

  private func nest(
    _ loops: ArraySlice<Loop>, _ source: UnsafePointer<Float>, _ totals: UnsafeMutablePointer<Double>,
    _ centres: UnsafePointer<Double>,
    _ body: (UnsafePointer<Float>, UnsafeMutablePointer<Double>, UnsafePointer<Double>) -> Void
  ) {
    guard let loop = loops.first else { return body(source, totals, centres) }
    for index in 0..<loop.size {
      let sum = index * loop.sumStep
      nest(loops.dropFirst(), source + index * loop.step, totals + sum, centres + sum, body)
    }
  }

  private static func kernelLoop(_ loop: Loop) -> reduction_loop {
    reduction_loop(count: loop.size, step: loop.step, sum_step: loop.sumStep)
  }
}
