import GlanceFocus
import Support

/// What a user is told about where a training begins and ends.
struct TrainingReport {
  private let trainer: Trainer
  private let context: HostContext
  /// The number of epochs that earlier runs have done.
  private let earlier: Int

  init(_ trainer: Trainer, _ context: HostContext) {
    self.trainer = trainer
    self.context = context
    earlier = trainer.history.count
  }

  private var stage: String { "stage \(trainer.options.stage.rawValue)" }
  private var epochs: Int { trainer.options.epochs }

  private static func text(epochs: Int) -> String { "\(epochs) epoch\(epochs == 1 ? "" : "s")" }

  /// Tells of the epochs of earlier runs and where they come from, and of the state of another training that
  /// stands in the way.
  func tellStart() throws {
    let found = trainer.resumption
    if let kept = found.keptAs, let checkpoint = trainer.checkpoint {
      context.note(
        "\(checkpoint) is of another training (\(found.obstacles.joined(separator: "; "))); it will be kept as"
          + " \(kept) as soon as this one has \(found.source == nil ? "an epoch" : "another epoch")")
    }
    guard let source = found.source else { return }
    let lines = trainer.history.map { $0.line(of: epochs) + "\n" }
    if !lines.isEmpty { try context.emit(.text(lines.joined())) }
    context.note(
      earlier < epochs
        ? "\(stage): going on after epoch \(earlier) of \(epochs), from \(source)"
        : "\(stage): complete, \(Self.text(epochs: earlier)), from \(source)")
  }

  /// Tells how to go on after an interruption.
  func tellStop() {
    let done = trainer.history.count
    let place = "\(stage) was stopped in epoch \(min(done + 1, epochs)) of \(epochs)"
    switch (trainer.checkpoint, done) {
    case (nil, _): context.note("\(place); without a checkpoint nothing of it is kept")
    case (_, 0): context.note("\(place); there is nothing to go on from yet")
    case (let checkpoint?, _):
      context.note("\(place): run it again to go on after epoch \(done), from \(checkpoint)")
    }
  }
}
