import Foundation
import GlanceFocus

/// The class `episode`.
enum EpisodeClass {
  private static let sample = """
    local model = gfnet.model{backbone = "resnet_tiny_16", image_size = 128, steps = 3, classes = 10}  \
    local episode = model:episode(gfnet.dataset("clutter-fashion", {limit = 4}), {exit = 0.9})
    """

  static let entry = LuaClass<EpisodeHandle>(
    EpisodeHandle.className, "The steps of model:episode, to be gone through by for, and their results.",
    discussion: """
      episode() takes the next step and gives it, nil after the last; for s in episode do … end goes on where it stands. \
      episode[i] is the result of the ith image that was answered, as of model:infer, and #episode their number. The \
      totals are those of the answers so far.
      """,
    properties: [
      .init("images", "integer", "images answered so far") { it, _ in it.results.count },
      .init("accuracy", "number", "percent of right answers so far; nil without labels") { it, _ in
        it.stream.totals.accuracy.map(Percent.of)
      },
      .init("madds", "number", "mean Multiply-Adds per image so far") { it, _ in it.stream.totals.madds },
      .init("exits", "list of integers", "images that left after step 1, 2, … so far") { it, _ in
        it.stream.totals.exits
      },
      .init("predictions", "list of integers", "the answers so far, from 1, in the order of the images") {
        it, _ in
        it.results.map { $0.prediction + 1 }
      },
      .init("seconds", "number", "since the episode was made, up to its end") { it, _ in it.stream.seconds },
      .init("late", "integer", "images answered after their deadline") { it, _ in it.stream.late },
      .init("over", "boolean", "true after the last step") { it, _ in it.isOver },
    ],
    methods: [
      .init(
        "next", "Takes the next step: what for calls.", returns: "episode_step; nil after the last",
        example: "\(sample)  local s = episode:next()"
      ) { it, call in try it.next(call.context).map { Pushed(EpisodeStepHandle($0)) } },
      .init(
        "run", "Goes on to the end by rule and sampler alone.", returns: "episode",
        example: "\(sample)  episode:run()"
      ) { it, call in
        while try it.next(call.context) != nil {}
        return try call.stack.value(at: 1)
      },
    ],
    operators: [
      .init("__call", "the next step; nil after the last") { stack in
        let handle = try stack.requireObject(at: 1, as: EpisodeHandle.self, in: "episode")
        return try handle.next(stack.state.context).map { Pushed(EpisodeStepHandle($0)) }
      }
    ],
    describe: { it in
      let totals = it.stream.totals
      return String(
        format: "episode: %d image%@ answered, %@%@ Multiply-Adds on average, exits %@", it.results.count,
        it.results.count == 1 ? "" : "s", Percent.text(totals.accuracy), ModelHandle.millions(totals.madds),
        totals.exits.map(String.init).joined(separator: " / "))
    },
    index: { it, stack in
      let key = try stack.value(at: 2)
      guard let number = key.asInteger, (1...max(it.results.count, 1)).contains(number), !it.results.isEmpty
      else {
        throw LuaError("no image \(key.described): \(it.results.count) were answered so far")
      }
      try it.result(number - 1).push(onto: stack)
    },
    count: { $0.results.count }
  ).entry
}
