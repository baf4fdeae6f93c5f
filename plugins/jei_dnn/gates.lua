-- The gates: after each step but the last a linear function of four measures of uncertainty, whose value is the log-odds of
-- leaving. The fit and the rule share these.
local gates = {}

--- Numbers that a gate reads; its weights are these and a constant.
gates.inputs = 4

--- The measures, n × 4: the largest probability, the entropy, the margin, and the entropy of the squared probabilities,
--- normalised.
function gates.measures(probabilities, confidence, entropy, margin)
  local squares = probabilities:square()
  local sharp = squares * (1 / squares:sum(2, { keepdim = true }))
  local sharpened = -(sharp * sharp:clamp(1e-12, 1):log()):sum(2)
  return gfnet.tensor.stack({ confidence, entropy, margin, sharpened }, 2)
end

--- The measures of all images of a trace after each step but the last, (steps - 1) × images × 4.
function gates.of_trace(trace)
  local steps = {}
  for k = 1, trace.steps - 1 do
    steps[k] = gates.measures(
      trace.logits[k]:softmax(), gfnet.tensor(trace.confidence[k]), gfnet.tensor(trace.entropy[k]),
      gfnet.tensor(trace.margin[k]))
  end
  return gfnet.tensor.stack(steps, 1)
end

--- The log-odds of leaving, n, of one gate with its weights, 5.
function gates.open(measures, weights)
  local slope = weights[{ { 1, gates.inputs } }]:reshape(-1, 1)
  return measures:matmul(slope):reshape(-1) + weights[{ { gates.inputs + 1, gates.inputs + 1 } }]
end

return gates
