import GlanceFocus
import Vision

/// `model:episode`: the live adaptive loop, step by step in the hands of a script.
enum ModelEpisode {
  private static let images = ArgumentKey<LuaValue>(
    FunctionParameter(
      "images", .either([.object("dataset"), .object("tensor"), .string, .table]), "what model:infer takes"))
  private static let refill = ArgumentKey<Bool>(
    "refill", default: true,
    "fills batches up as images leave, as model:infer does; false: a batch ends before the next begins")

  static var method: LuaMethod<ModelHandle> {
    LuaMethod<ModelHandle>(
      "episode",
      "Runs images step by step and hands each step to the script: for s in model:episode(…) do … end.",
      [images, .options(RunOptions.live + [refill])],
      returns: "episode",
      example: """
        local model = gfnet.model{backbone = "resnet_tiny_16", image_size = 128, steps = 3, classes = 10}  \
        local episode = model:episode(gfnet.dataset("clutter-fashion", {limit = 8}), {exit = 0.9, sampler = "center"})  \
        for s in episode do  \
        if not s.last then s:leave(s.entropy:lt(0.1))  s:look({0.2, 0.8}, {1}) end  end  \
        print(episode.accuracy, episode.madds)
        """,
      discussion: """
        s shows what rules and samplers see (gfnet-lab help episode_step). s:leave, s:stay and s:decide say who leaves, \
        s:look says where images look next; what the script does not decide, exit and sampler do, as in model:infer. \
        Steps of other images come between, as batches are filled up; s.image says whose they are. A loop may be left by break, and another one \
        goes on; episode:run() goes to the end.
        """, touches: [.clock]
    ) { model, call in
      let input = try ModelImages(call[images], for: model.configuration, on: call.stack, "model:episode")
      let (runner, rule, check) = try RunSetup.live(model, call, "model:episode")
      let stream = try runner.stream(
        checked: input.images, rule: rule, deadline: call[RunOptions.deadline], refills: call[refill])
      return Pushed(
        EpisodeHandle(stream, of: model, images: input.images, classNames: input.classNames, check: check))
    }
  }
}
