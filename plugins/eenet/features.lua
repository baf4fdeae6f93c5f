-- What a score is computed from after a step, and the score itself: a linear function whose value is the log-odds that
-- the answer is right. The fit and the rule share these, so that an image has the same score in both.
local features = {}

--- How many numbers an image has after `step`.
function features.count(step, classes)
  return classes + 2 * step + (step > 1 and 1 or 0)
end

--- The numbers of n images after `step`, n × count: the probabilities; of this step and those before the largest
--- probability and 1 less the entropy's share of its largest value; from step 2 on the share of the answers so far that
--- are the present one. `confidences`, `entropies` and `predictions` are n × step.
function features.of(step, probabilities, confidences, entropies, predictions)
  local classes = probabilities:size(2)
  local parts = { probabilities, confidences, 1 - entropies * (1 / math.log(math.max(classes, 2))) }
  if step > 1 then
    local same = predictions:eq(predictions[{ {}, { step, step } }]):float()
    parts[#parts + 1] = same:mean(2):reshape(-1, 1)
  end
  return gfnet.tensor.concatenate(parts, 2)
end

--- The same of all images of a trace.
function features.of_trace(trace, step)
  local function upto(lists)
    local columns = {}
    for k = 1, step do columns[k] = gfnet.tensor(lists[k]) end
    return gfnet.tensor.stack(columns, 2)
  end
  return features.of(
    step, trace.logits[step]:softmax(), upto(trace.confidence), upto(trace.entropy), upto(trace.prediction))
end

--- The scores, n, under `weights`: one for each number, and the constant last.
function features.score(x, weights)
  local count = weights:size(1) - 1
  return x:matmul(weights[{ { 1, count } }]:reshape(-1, 1)):reshape(-1) + weights[{ { count + 1, count + 1 } }]
end

--- The weights of each step out of the flat list of a rule, by step; nil where the list has another length.
function features.unpack(list, steps, classes)
  local weights, from = {}, 1
  for step = 1, steps - 1 do
    local count = features.count(step, classes) + 1
    if from + count - 1 > #list then return nil end
    weights[step] = gfnet.tensor({ table.unpack(list, from, from + count - 1) })
    from = from + count
  end
  return from == #list + 1 and weights or nil
end

return features
