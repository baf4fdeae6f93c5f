import Backbones
import Checkpoints
import NeuralNet
import Support

/// The arrays of a foreign state dictionary set against those of a network, one by one.
///
/// Nothing is dropped in silence: what does not fit is listed.
struct StateMatch {
  /// An array that a network holds.
  struct Slot {
    let name: String
    let shape: [Int]
    let isInteger: Bool
  }

  struct Pair {
    let slot: Slot
    let array: StateArray
    /// What is to be added to the values.
    let shift: Float
  }

  private(set) var pairs: [Pair] = []
  /// Keys of the file that have no place in the network.
  private(set) var unknown: [String] = []
  /// Arrays of the network that the file does not give.
  private(set) var missing: [Slot] = []
  /// Arrays whose shapes differ, in words.
  private(set) var misshaped: [String] = []

  var fits: Bool { unknown.isEmpty && missing.isEmpty && misshaped.isEmpty }
  var problems: Int { unknown.count + missing.count + misshaped.count }

  /// - Throws: `Interrupted`.
  init(_ arrays: [StateArray], to slots: [Slot], by map: KeyMap) throws {
    var open = [String: Slot](slots.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for (number, array) in arrays.enumerated() {
      if number & 0x3FF == 0x3FF { try Cancellation.check() }
      guard let name = map.rename(array.name), let slot = open.removeValue(forKey: name) else {
        unknown.append(array.name)
        continue
      }
      guard KeyMap.fits(array.shape, slot.shape) else {
        misshaped.append(
          "\(ForeignText.printable(array.name)) has \(Self.text(array.shape)), expected \(Self.text(slot.shape))"
        )
        continue
      }
      let shift = name.hasSuffix("running_var") ? map.varianceShift : 0
      pairs.append(Pair(slot: slot, array: array, shift: shift))
    }
    // PyTorch before 0.4.1 did not count batches; nothing depends on it.
    missing = slots.filter { open[$0.name] != nil && !$0.isInteger }
  }

  /// What does not fit, in one line; empty where everything does.
  var complaint: String {
    func listed(_ lines: [String], _ what: String) -> String? {
      if lines.isEmpty { return nil }
      let most = 10
      let shown = lines.prefix(most).joined(separator: ", ")
      return "\(lines.count) \(what): \(shown)"
        + (lines.count > most ? ", and \(lines.count - most) more" : "")
    }
    func list(_ names: [String], _ what: String) -> String? {
      listed(names.map { ForeignText.printable($0) }, what)
    }
    return [
      list(unknown, unknown.count == 1 ? "array has no place" : "arrays have no place"),
      list(missing.map(\.name), missing.count == 1 ? "array is missing" : "arrays are missing"),
      listed(misshaped, misshaped.count == 1 ? "array has another shape" : "arrays have other shapes"),
    ].compactMap { $0 }.joined(separator: "; ")
  }

  static func text(_ shape: [Int]) -> String {
    shape.isEmpty ? "no axes" : shape.map(String.init).joined(separator: "×")
  }
}

extension Module {
  /// The arrays that a state dictionary of this network holds.
  var slots: [StateMatch.Slot] {
    state.map { name, entry in
      var isInteger = false
      if case .buffer(let buffer) = entry { isInteger = buffer.isInteger }
      return StateMatch.Slot(name: name, shape: entry.value.shape.sizes, isInteger: isInteger)
    }
  }
}
