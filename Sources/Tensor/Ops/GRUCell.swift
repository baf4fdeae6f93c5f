import OneDNN

/// One step of a gated recurrent unit, in PyTorch's gate order (reset, update, new) and linear-before-reset form.
///
/// r = σ(W_ir·x + b_ir + W_hr·h + b_hr), z = σ(W_iz·x + b_iz + W_hz·h + b_hz),
/// n = tanh(W_in·x + b_in + r·(W_hn·h + b_hn)), h′ = (1 − z)·n + z·h.
/// Inputs: x (B×I), h (B×H), W_i (3H×I), W_h (3H×H), b_i (3H), b_h (3H); result B×H.
struct GRUCell: Op {
  var name: String { "gru" }

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    let (x, h) = (inputs[0], inputs[1])
    guard x.rank == 2, h.rank == 2, x[0] == h[0] else {
      throw TensorError(name, "input of shape \(x) and state of shape \(h) must be B×I and B×H")
    }
    let gates = 3 * h[1]
    guard inputs[2].sizes == [gates, x[1]], inputs[3].sizes == [gates, h[1]], inputs[4].sizes == [gates],
      inputs[5].sizes == [gates]
    else {
      throw TensorError(
        name,
        "weights of shapes \(inputs[2]), \(inputs[3]), \(inputs[4]), \(inputs[5]) for \(x[1]) inputs, \(h[1]) units"
      )
    }
    return h
  }

  func multiplyAdds(_ inputs: [Shape]) -> Int { inputs[0][0] * (inputs[2].count + inputs[3].count) }

  func lowering(_ inputs: [Shape]) -> Lowering? { .gruCell }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    let dense = try inputs.map { try $0.contiguous() }
    let (x, h) = (dense[0], dense[1])
    let (batch, units) = (h.shape[0], h.shape[1])
    // These are the input's and the state's share of the gates, B×3H each.
    let fromInput = try Recording.paused { try x.linear(dense[2], bias: dense[4]) }
    let fromState = try Recording.paused { try h.linear(dense[3], bias: dense[5]) }
    // Only the gradient needs them.
    let gates = try Tensor.empty([batch, 3 * units])
    let next = try Tensor.empty([batch, units])
    GRUGates.run(
      fromInput: fromInput.pointer, fromState: fromState.pointer, old: h.pointer, new: next.pointer,
      gates: saved.isRecording ? gates.pointer : nil, rows: batch, units: units)
    Kept(
      x: x, h: h, inputWeights: dense[2], stateWeights: dense[3], gates: gates, fromState: fromState
    ).save(in: &saved)
    return next
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    let kept = Kept(saved)
    let h = kept.h
    let (gates, fromState) = (kept.gates.pointer, kept.fromState.pointer)
    let dy = try gradient.contiguous()
    let (batch, units) = (h.shape[0], h.shape[1])
    let dInput = try Tensor.empty([batch, 3 * units])
    let dState = try Tensor.empty([batch, 3 * units])
    let dh = try Tensor.empty([batch, units])
    let (di, ds, dPrevious, old, dNext) = (dInput.pointer, dState.pointer, dh.pointer, h.pointer, dy.pointer)
    for row in 0..<batch {
      let base = row * 3 * units
      for i in 0..<units {
        let (r, z, n) = (gates[base + i], gates[base + units + i], gates[base + 2 * units + i])
        let d = dNext[row * units + i]
        let dn = d * (1 - z) * (1 - n * n)
        let dz = d * (old[row * units + i] - n) * z * (1 - z)
        let dr = dn * fromState[base + 2 * units + i] * r * (1 - r)
        di[base + i] = dr
        di[base + units + i] = dz
        di[base + 2 * units + i] = dn
        ds[base + i] = dr
        ds[base + units + i] = dz
        ds[base + 2 * units + i] = dn * r
        dPrevious[row * units + i] = d * z
      }
    }
    if needs[1] {
      try MatrixMultiply.multiply(
        rows: batch, columns: units, inner: 3 * units, a: dState.pointer, transposeA: false,
        b: kept.stateWeights.pointer, transposeB: false, beta: 1, c: dh.pointer)
    }
    return [
      needs[0] ? try dInput.times(kept.inputWeights) : nil,
      dh,
      needs[2] ? try dInput.times(kept.x, transposingFirst: true) : nil,
      needs[3] ? try dState.times(h, transposingFirst: true) : nil,
      needs[4] ? try Reduction.sum(dInput, axes: [0]) : nil,
      needs[5] ? try Reduction.sum(dState, axes: [0]) : nil,
    ]
  }
}

/// What the gradient of a ``GRUCell`` needs.
private struct Kept {
  /// The input (B×I) and the old state (B×H).
  let x, h: Tensor
  /// The weights of the input (3H×I) and of the state (3H×H).
  let inputWeights, stateWeights: Tensor
  /// The gates r, z and n after their activations, B×3H.
  let gates: Tensor
  /// The state's share of the gates, W_h·h + b_h, B×3H.
  let fromState: Tensor

  func save(in saved: inout Saved) { saved.keep(x, h, inputWeights, stateWeights, gates, fromState) }
}

extension Kept {
  /// What ``save(in:)`` has left.
  init(_ saved: Saved) {
    let tensors = saved.tensors
    self.init(
      x: tensors[0], h: tensors[1], inputWeights: tensors[2], stateWeights: tensors[3], gates: tensors[4],
      fromState: tensors[5])
  }
}

extension Tensor {
  /// The next state (B×H) of a gated recurrent unit for input `self` (B×I) and `state` (B×H).
  ///
  /// Weights are 3H×I and 3H×H, biases 3H numbers each, all in PyTorch's order of gates: reset, update, new.
  ///
  /// - Throws: ``TensorError`` where shapes do not fit.
  public func gruStep(
    state: Tensor, inputWeights: Tensor, stateWeights: Tensor, inputBias: Tensor, stateBias: Tensor
  ) throws -> Tensor {
    try apply(GRUCell(), [self, state, inputWeights, stateWeights, inputBias, stateBias])
  }
}
