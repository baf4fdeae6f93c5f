import Compute

/// The gates of a recurrent unit from the input's and the state's shares, and the next state.
package enum GRUGates {
  /// The next states of a batch of `rows` rows and `units` units.
  ///
  /// - Parameters:
  ///   - fromInput: B×3H: W_i·x + b_i for the gates reset, update and new.
  ///   - fromState: B×3H: W_h·h + b_h.
  ///   - old: the states before, B×H.
  ///   - new: the states after, B×H, which are written.
  ///   - gates: B×3H, written where the gradient needs them.
  package static func run(
    fromInput: UnsafePointer<Float>, fromState: UnsafePointer<Float>, old: UnsafePointer<Float>,
    new: UnsafeMutablePointer<Float>, gates: UnsafeMutablePointer<Float>?, rows: Int, units: Int
  ) {
    ThreadTeam.parallel(rows, grain: max(1, (1 << 12) / max(units, 1))) { range in
      for row in range {
        let (gi, gh) = (fromInput + row * 3 * units, fromState + row * 3 * units)
        let (h, result) = (old + row * units, new + row * units)
        guard let gates else {
          self.units(0..<units, of: units, gi, gh, h, result)
          continue
        }
        let g = gates + row * 3 * units
        for i in 0..<units {
          let r = Transcendental.sigmoid(gi[i] + gh[i])
          let z = Transcendental.sigmoid(gi[units + i] + gh[units + i])
          let n = Transcendental.tanh(gi[2 * units + i] + r * gh[2 * units + i])
          (g[i], g[units + i], g[2 * units + i]) = (r, z, n)
          result[i] = (1 - z) * n + z * h[i]
        }
      }
    }
  }

  /// Computes some units of the next state of one row; the arrays are those of a batch of one.
  package static func units(
    _ range: Range<Int>, of units: Int, _ fromInput: UnsafePointer<Float>, _ fromState: UnsafePointer<Float>,
    _ old: UnsafePointer<Float>, _ new: UnsafeMutablePointer<Float>
  ) {
    for i in range {
      let r = Transcendental.sigmoid(fromInput[i] + fromState[i])
      let z = Transcendental.sigmoid(fromInput[units + i] + fromState[units + i])
      let n = Transcendental.tanh(fromInput[2 * units + i] + r * fromState[2 * units + i])
      new[i] = (1 - z) * n + z * old[i]
    }
  }
}
