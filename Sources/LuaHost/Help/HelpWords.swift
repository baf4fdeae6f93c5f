/// Subjects that are the name of nothing here: what there is instead, and which help explains it.
enum HelpWords {
  struct Word: Sendable {
    /// What people call it, in lower case, with `_` between words.
    let names: Set<String>
    /// What there is instead, in one sentence or two.
    let note: String
    /// The symbol whose help follows; nil where the note says all.
    let symbol: String?

    init(_ names: String, _ note: String, _ symbol: String? = nil) {
      self.names = Set(names.split(separator: " ").map(String.init))
      self.note = note
      self.symbol = symbol
    }
  }

  /// The word of that name, however it is joined: `learning rate`, `learning-rate`, `Learning_Rate`.
  static func find(_ name: String) -> Word? {
    let wanted = name.lowercased().replacing(" ", with: "_").replacing("-", with: "_")
    return all.first { $0.names.contains(wanted) }
  }

  private static let all: [Word] = [
    Word(
      "resume resuming restart go_on",
      "A training that was stopped goes on when the same call of gfnet.train is run again: its option checkpoint is the "
        + "file that keeps the state.", "gfnet.train"),
    Word(
      "lr learning_rate",
      "The learning rates are the options rate, classifier_rate and ppo_rate of gfnet.train; schedule is how they go.",
      "gfnet.train"),
    Word(
      "optimizer optimiser sgd adam adamw momentum",
      "The optimiser is that of the paper and cannot be chosen: SGD with momentum in stages 1 and 3, Adam for the policy "
        + "in stage 2. Rates and weight decay are options of gfnet.train.", "gfnet.train"),
    Word(
      "loss criterion objective",
      "The loss of each epoch is the field loss of what gfnet.train returns, and a line of metrics.jsonl.",
      "gfnet.train"),
    Word(
      "bf16 bfloat16 fp16 float16 half_precision mixed_precision amp precision",
      "The precision of inference is f32 or bf16: the option precision of model:infer and model:trace, or for a whole run "
        + "gfnet-lab run --precision bf16 script.lua. Training is float32."),
    Word(
      "threads thread cores num_threads workers num_workers cpu",
      "The number of threads is an option of the command: gfnet-lab run --threads 4 script.lua; without it, all cores."
    ),
    Word(
      "folder tensors clutter_fashion data_set data_sets",
      "\"folder\", \"files\" and \"tensors\" are the data sets that gfnet.dataset makes of one's own pictures, "
        + "\"clutter-fashion\" is one that it draws itself; gfnet-lab help pictures is the page on folders.",
      "gfnet.dataset"),
  ]
}
