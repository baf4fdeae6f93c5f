import Communication
import NeuralNet
import Support
import Tensor
import Vision

/// One update of the weights, from a batch that is divided into shards over processes, or whole.
extension Trainer {
  /// A batch that is under way.
  struct Update {
    /// The number of the batch in the training, from 0.
    let step: Int
    /// The factor of the rates.
    let factor: Float
    /// The share of the training that is done.
    let progress: Double
    /// What messages call it.
    let name: String
  }

  /// Calls `body` with each shard of this process, and gives the totals of all shards of the batch; where it fails on one
  /// process, it fails on all.
  private func shards(
    _ update: Update, _ what: String = "", of stream: BatchStream,
    _ body: (Batch, CounterRandom, inout ShardTotals) throws -> Void
  ) throws -> [ShardTotals] {
    try allShards(update, what) { shard in
      guard let batch = try stream.next() else { throw ModelError("\(update.name) is not there") }
      defer { stream.recycle(batch) }
      var totals = ShardTotals(steps: model.configuration.steps)
      if loader.isEnough(batch) {
        totals.images = batch.count
        try body(batch, plan.numbers(random.child(update.step), of: shard), &totals)
      } else {
        try sum.add(shard, nil, images: 0)
      }
      return totals
    }
  }

  /// What `body` came to for each shard of the batch, over all processes.
  private func allShards(
    _ update: Update, _ what: String = "", _ body: (Int) throws -> ShardTotals
  ) throws -> [ShardTotals] {
    try ShardTotals.all(
      communicator.agree(on: update.name + what) {
        try Cancellation.check()
        try sum.begin()
        var bytes = PackedBytes()
        for shard in plan.mine { try body(shard).append(to: &bytes) }
        return bytes.bytes
      })
  }

  private func images(_ batch: Batch) throws -> Tensor {
    try Tensor.images(
      batch, mean: model.configuration.mean, deviation: model.configuration.standardDeviation)
  }

  /// Moves the weights by the sum of what the shards have added, on all processes alike. What limits a gradient is of the
  /// sum: the limit of each shard's would depend on how the batch is divided.
  private func step(_ update: Update, images: Int) throws {
    let numbers = try sum.exchanged()
    _ = try communicator.agree(on: update.name + ", the step") {
      var gradients = try sum.mean(numbers, images: images)
      if options.isDifferentiable { gradients = try gradients.clipped(toNorm: Rollout.largestGradient) }
      try optimizer.step(gradients, rateFactor: update.factor)
      return []
    }
  }

  // MARK: Stages 1 and 3, and a policy that learns by gradients

  /// One step of descent on the loss of all steps of the sequence.
  func descend(_ update: Update, _ stream: BatchStream, _ epoch: inout EpochTotals) throws {
    let shards = try shards(update, of: stream) { batch, random, totals in
      let combine = functions.loss.map { loss in
        { (logits: [Tensor], auxiliary: [Tensor]) in
          try loss(
            TrainingFunctions.Answers(
              logits: logits, auxiliary: auxiliary, labels: batch.labels, progress: update.progress))
        }
      }
      let images = try images(batch)
      let tape = combine == nil ? GradientTape() : GradientTape(forScripts: nil)
      let loss: Tensor = try tape.record {
        func observe(_ step: Int, _ logits: Tensor) { totals.observe(step, logits, batch.labels) }
        return options.isDifferentiable
          ? try Rollout.differentiableLoss(
            model, images, labels: batch.labels, random: random, options: options, combine: combine,
            observe: observe)
          : try Rollout.loss(
            model, images, labels: batch.labels, random: random, options: options, combine: combine,
            observe: observe)
      }
      try sum.add(batch.part, tape.backward(from: loss), images: batch.count)
      totals.loss = Double(try loss.item())
    }
    guard shards.images > 0 else { return }
    try step(update, images: shards.images)
    epoch.add(shards, loss: shards.meanLoss)
  }

  // MARK: Stage 2

  /// Plays a batch of episodes and updates the policy.
  func reinforce(_ update: Update, _ stream: BatchStream, _ epoch: inout EpochTotals) throws {
    var played: [Int: PPO.Episodes] = [:]
    let shards = try shards(update, of: stream) { batch, random, totals in
      let episodes = try Rollout.play(
        model, images(batch), labels: batch.labels, random: random, reward: options.reward,
        functions: functions,
        observe: { step, logits in totals.observe(step, logits, batch.labels) })
      played[batch.part] = episodes
      totals.rewards = episodes.rewards
      if functions.advantage != nil {
        totals.values = try PPO.judge(model.policy, episodes, PPO.learning).values.map { try $0.values() }
      }
      // Playing changes the statistics of batch norms that the policy has.
      try sum.add(batch.part, Gradients([]), images: batch.count)
    }
    guard shards.images > 0 else { return }
    let changed = try sum.exchanged()
    let targets = try targets(update, shards, changed)
    var first: Double?
    for round in 0..<max(options.ppo.epochs, 1) {
      let losses = try allShards(update, ", update \(round + 1)") { shard in
        var totals = ShardTotals(steps: 0)
        guard let episodes = played[shard] else {
          try sum.add(shard, nil, images: 0)
          return totals
        }
        totals.images = episodes.rewards.first?.count ?? 0
        let own = targets.of(shards, shard)
        let tape = GradientTape()
        let loss: Tensor = try tape.record {
          try options.ppo.loss(
            PPO.judge(model.policy, episodes, PPO.learning), episodes, returns: own.returns,
            advantages: own.advantages)
        }
        try sum.add(shard, tape.backward(from: loss), images: totals.images)
        totals.loss = Double(try loss.item())
        return totals
      }
      try step(update, images: shards.images)
      first = first ?? losses.meanLoss
    }
    epoch.add(shards, loss: first ?? 0)
  }

  /// What the policy is to learn from a batch: a list by proposal, each by image.
  private struct Targets {
    let returns: [[Float]]
    let advantages: [[Float]]?

    /// Those of one of the shards.
    func of(_ shards: [ShardTotals], _ shard: Int) -> Targets {
      let start = Array(shards[..<shard]).images
      let range = start..<start + shards[shard].images
      return Targets(
        returns: returns.map { Array($0[range]) }, advantages: advantages?.map { Array($0[range]) })
    }
  }

  /// Returns are standardised over the whole batch, and so they are known to all.
  ///
  /// - Parameter changed: what playing has changed of running statistics.
  private func targets(_ update: Update, _ shards: [ShardTotals], _ changed: [Float]) throws -> Targets {
    let rewards = shards.joined(\.rewards)
    var found: TrainingFunctions.Estimate?
    _ = try communicator.agree(on: update.name + ", its returns") {
      _ = try sum.mean(changed, images: shards.images)
      if let advantage = functions.advantage {
        found = try options.ppo.estimate(rewards: rewards, values: shards.joined(\.values), advantage)
      }
      return []
    }
    return Targets(returns: found?.returns ?? options.ppo.returns(rewards), advantages: found?.advantages)
  }
}
